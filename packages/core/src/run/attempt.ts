import type { Signals } from '../event/signals.port.js';
import type { Clock } from '../shared/clock.port.js';
import { Heartbeat } from './heartbeat.js';
import type { RunTiming } from './run-timing.js';
import type { TrainingRun } from './training-run.js';
import type { TrainingRuns } from './training-runs.port.js';

/** Another attempt holds the run now; whatever this one still does must not count. */
export class AttemptLost extends Error {
  constructor() {
    super('Another attempt holds the run.');
  }
}

/** Somebody asked for the run to stop. */
export class RunCancelled extends Error {
  constructor(
    readonly by: string,
    readonly reason: string,
  ) {
    super(`Cancelled by ${by}: ${reason}`);
  }
}

/** This process is shutting down; another one takes the run over. */
export class ShuttingDown extends Error {
  constructor() {
    super('The process is shutting down.');
  }
}

/**
 * One process working on one run: holds its token, keeps its lease alive and stops the work when it has to stop.
 *
 * The signal's reason is one of `AttemptLost`, `RunCancelled`, `ShuttingDown`.
 */
export class Attempt {
  /** 0..1 within the stage; stored with the next heartbeat. */
  progress = 0;
  private readonly heartbeat: Heartbeat;

  constructor(
    /** The run as this attempt knows it. */
    public run: TrainingRun,
    readonly token: string,
    private readonly runs: TrainingRuns,
    signals: Signals,
    clock: Clock,
    timing: RunTiming,
    /** False once the candidate serves or is being tried: what is left is to say so. */
    private readonly cancellable: boolean,
  ) {
    const held = { runId: run.id, leaseUntil: run.leaseUntil!, lost: new AttemptLost() };
    const beat = (leaseUntil: Date) => this.beat(leaseUntil);
    this.heartbeat = new Heartbeat({ ...held, beat }, signals, clock, timing);
    if (run.cancelRequested) this.cancel(run.cancelRequested);
  }

  get signal(): AbortSignal {
    return this.heartbeat.signal;
  }

  /** Keeps the lease alive until `stop`, and ends the work when somebody cancels it or the process shuts down. */
  start(shutdown: AbortSignal): void {
    this.heartbeat.start(shutdown, new ShuttingDown());
  }

  /**
   * Throws when the row says that somebody cancelled the run, heard of or not. In a unit of work that holds the row
   * nobody can do so afterwards.
   */
  async throwIfCancelled(): Promise<void> {
    const row = await this.runs.find(this.run.id);
    if (row?.cancelRequested) this.cancel(row.cancelRequested);
    this.signal.throwIfAborted();
  }

  stop(): void {
    this.heartbeat.stop();
  }

  private async beat(leaseUntil: Date): Promise<boolean> {
    const row = await this.runs.heartbeat(this.run.id, this.token, leaseUntil, this.progress);
    if (row?.cancelRequested) this.cancel(row.cancelRequested);
    return row !== undefined;
  }

  private cancel({ by, reason }: { readonly by: string; readonly reason: string }): void {
    if (this.cancellable) this.heartbeat.abort(new RunCancelled(by, reason));
  }
}
