import type { JsonObject } from '../shared/json.js';

/** The states of a run. The last four are final; one run per model at most is queued or running. */
export type RunStatus =
  'queued' | 'running' | 'awaiting_approval' | 'rolling_out' | 'deployed' | 'rejected' | 'failed' | 'cancelled';

/** The stages of a running run, in order. */
export const runStages = ['backup', 'prepare', 'train', 'validate', 'deploy', 'report'] as const;

export type RunStage = (typeof runStages)[number];

/** Why a run failed. */
export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly stage?: RunStage;
  readonly retryable: boolean;
}

/** One fenced attempt to retrain a model. */
export interface TrainingRun {
  readonly id: string;
  readonly model: string;
  readonly status: RunStatus;
  /** Names of the triggers that fired, or the manual reason. */
  readonly triggers: readonly string[];
  readonly reason: string;
  readonly forced: boolean;
  readonly requestedBy: string;
  /** The run knows nothing that happened after this instant. */
  readonly asOf: Date;
  /** Whether `asOf` was given (a replay of the past) and not just the time of the request. */
  readonly simulated: boolean;
  readonly requestedAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Not delivered before this instant (back-off after a transient failure). */
  readonly notBefore?: Date;
  /** Deliveries started so far. */
  readonly attempt: number;
  /** Fences every write of an attempt; a new attempt gets a new one. */
  readonly attemptToken?: string;
  /** The attempt is presumed dead when its lease ran out. */
  readonly leaseUntil?: Date;
  /** The stage being worked on; undefined before the first. */
  readonly stage?: RunStage;
  /** 0..1 within the stage. */
  readonly progress: number;
  /** Output of each completed stage: what a resumed attempt starts from. */
  readonly outputs: Readonly<Partial<Record<RunStage, JsonObject>>>;
  /** Firings of triggers that met this run while it was queued or running, and asked for no other. */
  readonly coalesced: number;
  readonly cancelRequested?: { readonly by: string; readonly reason: string };
  readonly configRevision: number;
  /** Prediction watermark when the run was requested: volume counts from here. */
  readonly predictionSeq: number;
  readonly candidateVersion?: number;
  readonly failure?: RunFailure;
  /** The result as the contract gives it; present once the run left `running`. */
  readonly result?: JsonObject;
}

export type NewTrainingRun = Pick<
  TrainingRun,
  | 'id'
  | 'model'
  | 'triggers'
  | 'reason'
  | 'forced'
  | 'requestedBy'
  | 'asOf'
  | 'simulated'
  | 'requestedAt'
  | 'configRevision'
  | 'predictionSeq'
>;
