import type { JsonObject } from '../shared/json.js';
import type { RolloutPlan, RolloutStrategy } from './rollout-plan.js';

/** The states of a rollout: all but the first are final. One rollout per model at most is running. */
export type RolloutStatus = 'running' | 'promoted' | 'rolled_back' | 'undecided' | 'aborted' | 'superseded';

/** A challenger being tried on live requests beside the champion, and what became of it. */
export interface Rollout {
  readonly id: string;
  readonly model: string;
  readonly deploymentId: string;
  /** The run that made the challenger; undefined when a person started the rollout. */
  readonly runId?: string;
  readonly strategy: RolloutStrategy;
  /** Versions. */
  readonly champion: number;
  readonly challenger: number;
  readonly status: RolloutStatus;
  /** As it stood at the start: a change of the configuration is about later rollouts. */
  readonly plan: RolloutPlan;
  /** Index into the plan's steps; 0 in shadow. */
  readonly step: number;
  /** Share 0..1 of the request keys that the challenger answers. */
  readonly share: number;
  /** When the step began, on the rollout's clock. */
  readonly stepSince: Date;
  /** Counts the changes; a change names the revision it saw and loses when another one came first. */
  readonly revision: number;
  /** Whether it plays in the past: then `asOf` and what follows are days of the past, and only checks of such days judge it. */
  readonly simulated: boolean;
  readonly startedBy: string;
  readonly reason: string;
  /** Wall clock. */
  readonly startedAt: Date;
  /** The rollout's own clock: equals `startedAt` unless simulated. */
  readonly asOf: Date;
  /** Wall clock. */
  readonly endedAt?: Date;
  readonly endedAsOf?: Date;
  readonly endedBy?: string;
  readonly endReason?: string;
}

export type NewRollout = Pick<
  Rollout,
  | 'id'
  | 'model'
  | 'deploymentId'
  | 'runId'
  | 'strategy'
  | 'champion'
  | 'challenger'
  | 'plan'
  | 'share'
  | 'simulated'
  | 'startedBy'
  | 'reason'
  | 'startedAt'
  | 'asOf'
>;

/** What the evidence said at one look. */
export interface RolloutLook {
  readonly rolloutId: string;
  /** 1, 2, 3 … per rollout. */
  readonly number: number;
  /** Wall clock. */
  readonly at: Date;
  readonly asOf: Date;
  readonly step: number;
  readonly share: number;
  readonly verdict: string;
  /** Why, for machines. */
  readonly code: string;
  readonly reason: string;
  /** Outcomes that both versions had answered for. */
  readonly outcomes: number;
  /** Figures, snake_case: they go out as they are. */
  readonly evidence: JsonObject;
}

/** Which version a tally is about. */
export type RolloutArm = 'champion' | 'challenger';

/**
 * What one gateway process has seen of one version during a rollout: totals since the process began, so that saving them
 * twice is saving them once.
 */
export interface ArmTally {
  readonly rolloutId: string;
  readonly arm: RolloutArm;
  /** Id of the process, new with every start. */
  readonly process: string;
  /** Requests that the version scored or failed to score. */
  readonly requests: number;
  /** Those that failed for a reason of the version. */
  readonly errors: number;
  /** Requests that it was not asked about because too many waited. */
  readonly dropped: number;
  /** Answers by time of scoring: counts of `latencyBuckets`, then of all slower ones. */
  readonly latencies: readonly number[];
}
