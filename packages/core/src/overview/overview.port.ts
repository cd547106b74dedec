import type { JsonObject } from '../shared/json.js';

/** Read models for status and dashboards; never writes. */
export abstract class Overview {
  /** Counts and latest figures of one model straight from the rows. */
  abstract figures(model: string): Promise<ModelFigures>;
  /** How many proposals, trials, probations and versions of each model stand how; nothing of models that have none. */
  abstract standing(): Promise<readonly Standing[]>;
  /** What waits for people, by model. */
  abstract waitingForPeople(): Promise<readonly WaitingForPeople[]>;
}

/** Rows of a model in one state. */
export interface Standing {
  readonly model: string;
  readonly what: 'approvals' | 'deployments' | 'rollouts' | 'probations' | 'versions';
  /** Of a deployment its kind, of a rollout its strategy; empty otherwise. */
  readonly kind: string;
  /** As the row says it; of a version `kept`, `quarantined` or `deleted`; of approvals `given`. */
  readonly state: string;
  readonly count: number;
}

/** Proposals of a model that wait for people. */
export interface WaitingForPeople {
  readonly model: string;
  readonly count: number;
  /** When the first of them was proposed. */
  readonly since: Date;
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
