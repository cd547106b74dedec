import type { JsonObject } from '../shared/json.js';
import type { Page, PageRequest } from '../shared/page.js';
import type { NewTrainingRun, RunFailure, RunStage, RunStatus, TrainingRun } from './training-run.js';

/** What ends or parks an attempt. */
export interface RunConclusion {
  readonly status: Exclude<RunStatus, 'queued' | 'running'>;
  readonly at: Date;
  readonly result?: JsonObject;
  readonly failure?: RunFailure;
}

/** States in which a run is in nobody's hands and waits: for a person, or for the end of a rollout. */
export type ParkedStatus = 'awaiting_approval' | 'rolling_out';

/** What becomes of a parked run. */
export interface RunDecision {
  readonly status: 'rolling_out' | 'deployed' | 'rejected' | 'cancelled';
  readonly at: Date;
  readonly result?: JsonObject;
}

/** The rows of runs: each method that changes one is a compare-and-set that answers undefined/false when it lost. */
export abstract class TrainingRuns {
  /** Inserts a queued run; answers undefined when the model already has a queued or running one. */
  abstract insert(run: NewTrainingRun): Promise<TrainingRun | undefined>;
  abstract find(id: string): Promise<TrainingRun | undefined>;
  /** The model's queued or running run. */
  abstract active(model: string): Promise<TrainingRun | undefined>;
  /** All that are queued or running, oldest first. */
  abstract underWay(): Promise<readonly TrainingRun[]>;
  /** The model's runs that wait for a person, newest first. */
  abstract awaitingApproval(model: string): Promise<readonly TrainingRun[]>;
  /** The run requested last, whatever became of it: cool-down counts every attempt. */
  abstract latest(model: string): Promise<TrainingRun | undefined>;
  /** Newest first; of all models when `model` is undefined. */
  abstract list(model: string | undefined, page: PageRequest): Promise<Page<TrainingRun>>;
  abstract count(model: string): Promise<number>;

  /**
   * Takes a queued run, or a running one whose lease has run out, under a new token: attempt + 1, status running.
   * Answers undefined when someone else holds it, it is final, its `notBefore` lies ahead, or it is not its turn: of
   * `maxConcurrent` places over all models each is for a live lease first, then for the oldest requests that are due.
   * Serialised, so that the limit and the order hold over all processes.
   */
  abstract claim(
    id: string,
    token: string,
    now: Date,
    leaseUntil: Date,
    maxConcurrent: number,
  ): Promise<TrainingRun | undefined>;
  /** Extends the lease and stores the stage's progress; undefined when the token no longer holds the run. */
  abstract heartbeat(id: string, token: string, leaseUntil: Date, progress: number): Promise<TrainingRun | undefined>;
  /** Marks the stage as begun. */
  abstract beginStage(id: string, token: string, stage: RunStage): Promise<boolean>;
  /** Stores the output of a completed stage. */
  abstract completeStage(id: string, token: string, stage: RunStage, output: JsonObject): Promise<boolean>;
  abstract setCandidate(id: string, token: string, version: number): Promise<boolean>;
  /** Hands a running run back to the queue (transient failure or graceful shutdown), not before `notBefore`. */
  abstract requeue(id: string, token: string, notBefore: Date, failure?: RunFailure): Promise<boolean>;
  /** Ends or parks a running run. */
  abstract conclude(id: string, token: string, conclusion: RunConclusion): Promise<boolean>;
  /** Runs whose candidates are being tried, of all models, oldest first. */
  abstract rollingOut(): Promise<readonly TrainingRun[]>;
  /** Moves a parked run on, by compare-and-set from `from`. It keeps its result when the decision brings none. */
  abstract decide(id: string, from: ParkedStatus, decision: RunDecision): Promise<boolean>;
  /** Cancels a queued run at once (answers its final row) or asks a running one to stop (row with cancelRequested). */
  abstract requestCancel(id: string, by: string, reason: string, at: Date): Promise<TrainingRun | undefined>;
  /** Counts one more firing that met the run. */
  abstract coalesce(id: string): Promise<void>;
  /**
   * Runs that a claim would get now, the oldest request first: queued ones that are due and running ones whose lease ran
   * out, as many as live leases leave of `maxConcurrent` places.
   */
  abstract inTurn(now: Date, maxConcurrent: number): Promise<readonly TrainingRun[]>;
}
