import type { JsonObject } from '../shared/json.js';

/** Read models for status and dashboards; never writes. */
export abstract class Overview {
  /** Counts and latest figures of one model straight from the rows. */
  abstract figures(model: string): Promise<ModelFigures>;
}

export interface ModelFigures {
  readonly predictions: number;
  readonly outcomes: number;
  /** Since the last run was requested that neither failed nor was cancelled. */
  readonly predictionsSinceRetraining: number;
  readonly lastCheckAt?: Date;
  readonly lastRetrainingAt?: Date;
  readonly totalTriggerEvents: number;
  readonly totalRetrainings: number;
  /** Per state. */
  readonly runs: JsonObject;
}
