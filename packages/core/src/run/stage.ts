import type { RetrainingConfig } from '../config/retraining-config.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { JsonObject } from '../shared/json.js';
import type { RunStage, TrainingRun } from './training-run.js';

/** What a stage may use. */
export interface StageContext {
  /** The run with the outputs of every completed stage. */
  readonly run: TrainingRun;
  readonly definition: ModelDefinition;
  readonly config: RetrainingConfig;
  /** Aborted when the run is cancelled, handed back or lost to another attempt. */
  readonly signal: AbortSignal;
  /** 0..1 within the stage. */
  progress(fraction: number): void;
  /** A unit of work that changes nothing once this attempt no longer holds the run. */
  fenced<T>(work: () => Promise<T>): Promise<T>;
}

/** What a completed stage leaves behind. */
export interface StageOutput {
  /** Kept on the run: what later stages and a resumed attempt start from. */
  readonly output: JsonObject;
  /** A few figures for the log. */
  readonly summary: JsonObject;
}

/** The last step of a stage: writes what belongs into the transaction that marks the stage as completed. */
export type StageCommit = () => Promise<StageOutput>;

/**
 * One stage of a run.
 *
 * `execute` may be interrupted anywhere and is then done again from its start by a later attempt: what it does outside of
 * the commit must come to the same when done twice.
 */
export interface RunStep {
  readonly stage: RunStage;
  execute(context: StageContext): Promise<StageCommit>;
}
