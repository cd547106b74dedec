import type { TriggerVerdict } from './trigger-definition.js';

/** What became of a check. */
export type EvaluationDecision =
  | 'no_trigger' // nothing fired
  | 'run_requested'
  | 'coalesced' // a run was already queued or running
  | 'rolling_out' // a candidate is being tried already
  | 'cooling_down'
  | 'circuit_open' // too many runs have failed lately
  | 'no_champion'
  | 'dry_run';

/** One check of all triggers of a model, as it is stored. */
export interface TriggerEvaluation {
  readonly id: string;
  readonly model: string;
  readonly evaluatedAt: Date;
  readonly asOf: Date;
  /** The version that was judged; undefined where there was none. */
  readonly championVersion?: number;
  /** Whether it was made for a day of the past. */
  readonly simulated: boolean;
  readonly verdicts: readonly TriggerVerdict[];
  readonly decision: EvaluationDecision;
  /** End of the cool-down that held the run back. */
  readonly cooldownUntil?: Date;
  /** Until when an open circuit refuses runs. */
  readonly circuitOpenUntil?: Date;
  readonly runId?: string;
  readonly predictionCount: number;
  readonly daysSinceLastRetraining?: number;
}
