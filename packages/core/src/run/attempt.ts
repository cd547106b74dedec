import type { Signals } from '../event/signals.port.js';
import type { Clock } from '../shared/clock.port.js';
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
  private readonly controller = new AbortController();
  private timer?: NodeJS.Timeout;
  private leaseUntil: Date;
  private stopListening?: () => void;

  constructor(
    /** The run as this attempt knows it. */
    public run: TrainingRun,
    readonly token: string,
    private readonly runs: TrainingRuns,
    private readonly signals: Signals,
    private readonly clock: Clock,
    private readonly timing: RunTiming,
    /** False once the candidate serves or is being tried: what is left is to say so. */
    private readonly cancellable: boolean,
  ) {
    this.leaseUntil = run.leaseUntil!;
    if (run.cancelRequested) this.cancel(run.cancelRequested);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Keeps the lease alive until `stop`, and ends the work when somebody cancels it or the process shuts down. */
  start(shutdown: AbortSignal): void {
    const hear = () => this.controller.abort(new ShuttingDown());
    if (shutdown.aborted) hear();
    else shutdown.addEventListener('abort', hear, { once: true });
    const stopHearing = this.signals.listen((signal) => {
      if (signal.kind === 'cancel_requested' && signal.runId === this.run.id) void this.beat();
    });
    this.stopListening = () => {
      shutdown.removeEventListener('abort', hear);
      stopHearing();
    };
    this.schedule();
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
    clearTimeout(this.timer);
    this.timer = undefined;
    this.stopListening?.();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.beat(), this.timing.heartbeatMs);
  }

  private async beat(): Promise<void> {
    const leaseUntil = new Date(this.clock.now().getTime() + this.timing.leaseMs);
    try {
      const row = await this.runs.heartbeat(this.run.id, this.token, leaseUntil, this.progress);
      if (!row) this.controller.abort(new AttemptLost());
      else if (row.cancelRequested) this.cancel(row.cancelRequested);
      this.leaseUntil = leaseUntil;
    } catch {
      // The database is away: the run stays ours until the lease has run out, then somebody else may have it.
      if (this.clock.now() >= this.leaseUntil) this.controller.abort(new AttemptLost());
    }
    if (this.timer && !(this.signal.reason instanceof AttemptLost)) this.schedule();
  }

  private cancel({ by, reason }: { readonly by: string; readonly reason: string }): void {
    if (this.cancellable) this.controller.abort(new RunCancelled(by, reason));
  }
}
