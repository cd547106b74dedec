import type { JsonObject } from '../shared/json.js';

/** How long a new champion is watched, and how surely it must have done harm before it is taken back. */
export interface ProbationRules {
  /** Outcomes of its own answers after which it has passed; 0 watches nobody. */
  readonly outcomes: number;
  /** Days after which it ends even if there were fewer. */
  readonly days: number;
  /** Chance, at most, that a sound champion is taken back for its outcomes, however often one looks. */
  readonly alpha: number;
}

/**
 * `watching` · `passed` so many outcomes without an alarm · `rolled_back` by an alarm · `undecided` there were too few
 * outcomes to say · `superseded` another version took over first.
 */
export type ProbationStatus = 'watching' | 'passed' | 'rolled_back' | 'undecided' | 'superseded';

/** The time after a promotion in which the champion before it is what alarms go back to. */
export interface Probation {
  readonly model: string;
  /** Of the move of the champion alias that began it. */
  readonly moveId: number;
  readonly version: number;
  readonly previousVersion: number;
  /** As they stood at the promotion. */
  readonly rules: ProbationRules;
  readonly status: ProbationStatus;
  /** Wall clock; answers recorded since are judged. */
  readonly startedAt: Date;
  /** The day it began on: equals `startedAt` except in a replay, whose days alone go on with it then. */
  readonly asOf: Date;
  /** As of when it was last judged. */
  readonly checkedAt?: Date;
  /** Matured answers that were judged. */
  readonly outcomes: number;
  readonly reason: string;
  /** Figures of the last judgement, snake_case. */
  readonly evidence: JsonObject;
}

export type NewProbation = Omit<Probation, 'checkedAt'>;

/** What a judgement changes. */
export type ProbationUpdate = Pick<Probation, 'status' | 'outcomes' | 'reason' | 'evidence'> & {
  readonly checkedAt: Date;
};

/** What one gateway process has seen of one champion: totals since the process began, so that saving them twice is saving them once. */
export interface VersionTally {
  readonly model: string;
  readonly version: number;
  /** Id of the process, new with every start. */
  readonly process: string;
  /** Requests that the version scored or failed to score. */
  readonly requests: number;
  readonly errors: number;
  /** Answers by time of scoring: counts of `latencyBuckets`, then of all slower ones. */
  readonly latencies: readonly number[];
}
