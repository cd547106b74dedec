import type { JsonObject } from '../shared/json.js';

/** One outcome that both versions had answered for, as `pairedOutcome` makes it. */
export interface RolloutPair {
  /** When the outcome was observed: only the series over time depends on it. */
  readonly observedAt: Date;
  /** Loss of the champion less loss of the challenger: above 0 the challenger did better. */
  readonly difference: number;
  /** The least and the most that it could have been, as the two answers stood before the outcome. */
  readonly range: readonly [least: number, most: number];
}

/** What one arm did with the requests that reached it. */
export interface ArmFigures {
  /** Requests, answered or failed. */
  readonly requests: number;
  /** Those that failed for a reason of the version (not of the request). */
  readonly errors: number;
  /** Milliseconds of scoring. */
  readonly latency?: { readonly answers: number; readonly p95: number };
}

/** How callers were split while one share was in force. */
export interface SplitCount {
  /** Share 0..1 meant for the challenger. */
  readonly share: number;
  /** Different request keys that each arm got: requests of one key always go to one arm, so they count once. */
  readonly champion: number;
  readonly challenger: number;
}

/** Where a canary stands. */
export interface StepProgress {
  /** Index into the plan's steps. */
  readonly index: number;
  readonly since: Date;
  /** Pairs that matured since then. */
  readonly outcomes: number;
}

/** Everything that is known of a rollout at one instant. */
export interface RolloutEvidence {
  readonly startedAt: Date;
  readonly asOf: Date;
  /** One per request whose outcome is known and that both versions scored; in any order. */
  readonly pairs: readonly RolloutPair[];
  readonly champion: ArmFigures;
  readonly challenger: ArmFigures;
  /** Of canary and A/B, one per share that was in force. */
  readonly splits: readonly SplitCount[];
  /** Of a canary. */
  readonly step?: StepProgress;
}

/**
 * `promote` the challenger becomes the champion · `roll_back` it goes, and it is its own fault · `continue` go on watching ·
 * `no_decision` it goes without blame: time ran out, or the comparison itself is broken.
 */
export type RolloutVerdict = 'promote' | 'roll_back' | 'continue' | 'no_decision';

/** Why, for machines. */
export type RolloutReason =
  | 'better'
  | 'not_worse'
  | 'worse'
  | 'errors'
  | 'latency'
  | 'sample_ratio_mismatch'
  | 'deadline'
  | 'not_enough_evidence'
  | 'undecided'
  | 'steps_ahead';

export interface RolloutJudgement {
  readonly verdict: RolloutVerdict;
  readonly code: RolloutReason;
  /** In words, with the figures. */
  readonly reason: string;
  /** Matured pairs. */
  readonly n: number;
  /** Figures behind it, snake_case, fit for a row and for the wire. */
  readonly evidence: JsonObject;
}
