/** How a challenger is tried on live requests before it may answer all of them. */
export type RolloutStrategy = 'shadow' | 'canary' | 'ab';

/**
 * What was decided before the first outcome came in: everything that a verdict depends on beside the evidence.
 *
 * It is frozen when the rollout starts. A level that is chosen while looking at the outcomes is worth nothing.
 */
export interface RolloutPlan {
  readonly strategy: RolloutStrategy;
  /** Chance, at most, that a challenger which is no better (by `margin`) is ever promoted, however often one looks. */
  readonly alpha: number;
  /** Chance, at most, that a sound challenger is ever rolled back for its outcomes. */
  readonly alphaHarm: number;
  /**
   * How much worse than the champion (nats of log loss, or shares of the squared error) a challenger may be and still be promoted.
   * 0 asks for superiority; above 0 for non-inferiority, and then only what is worse by more than this is harm.
   */
  readonly margin: number;
  /** How far a classification may overstate, as a share, before the champion's probabilities refute its own (`OutcomeEvidence`). */
  readonly surpriseTolerance: number;
  /** A regression only: squared errors are divided by this, the champion's mean squared error when it was evaluated. */
  readonly scale?: number;
  /** Shares 0..1 of the requests that a canary answers, ascending, the last one 1. One share in A/B; none in shadow. */
  readonly steps: readonly number[];
  /** Pairs that a step (or the whole of shadow and A/B) needs, at least, before anything is promoted. */
  readonly minOutcomesPerStep: number;
  readonly minMinutesPerStep: number;
  /** Without a decision after so many days the champion stays. */
  readonly deadlineDays: number;
  readonly guards: RolloutGuards;
}

/** Limits that have nothing to do with outcomes. */
export interface RolloutGuards {
  /** Chance, at most, of a false alarm of the errors, and of the sample ratio. */
  readonly alpha: number;
  /** Share 0..1 by which the challenger may fail more often than the champion. */
  readonly errorTolerance: number;
  /** The challenger's 95th percentile may be so many times the champion's … */
  readonly latencyRatio: number;
  /** … and this much slower in any case. */
  readonly latencySlackMs: number;
  /** Latencies are compared from so many answers of each arm on. */
  readonly latencyMinAnswers: number;
}

/** Levels and limits of a plan where the configuration says nothing else. */
export const rolloutDefaults = {
  alpha: 0.05,
  alphaHarm: 0.05,
  margin: 0,
  surpriseTolerance: 0.05,
  steps: [0.05, 0.25, 0.5, 1],
  minOutcomesPerStep: 20,
  minMinutesPerStep: 60,
  deadlineDays: 90,
  guards: { alpha: 0.001, errorTolerance: 0.01, latencyRatio: 2, latencySlackMs: 5, latencyMinAnswers: 200 },
} as const;
