import type { Signals } from '../event/signals.port.js';
import type { Clock } from '../shared/clock.port.js';
import type { RunTiming } from './run-timing.js';

/** A lease on work for a run. */
export interface Held {
  readonly runId: string;
  readonly leaseUntil: Date;
  /** The signal's reason when somebody else holds the work. */
  readonly lost: Error;
  /** Says that the holder is alive until `leaseUntil`; answers false when it holds the work no longer. */
  beat(leaseUntil: Date): Promise<boolean>;
}

/**
 * Keeps a lease alive while work goes on, and ends the work when it has to end.
 *
 * The signal's reason is whatever `abort` was given, `lost`, or why the end came. A beat is also due at once when somebody
 * cancels the run.
 */
export class Heartbeat {
  private readonly controller = new AbortController();
  private leaseUntil: Date;
  private timer?: NodeJS.Timeout;
  private stopListening?: () => void;

  constructor(
    private readonly held: Held,
    private readonly signals: Signals,
    private readonly clock: Clock,
    private readonly timing: RunTiming,
  ) {
    this.leaseUntil = held.leaseUntil;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason: Error): void {
    this.controller.abort(reason);
  }

  /** Beats until `stop`, and ends the work when `end` aborts, with its reason unless another is given. */
  start(end: AbortSignal, reason?: Error): void {
    const hear = () => this.abort(reason ?? (end.reason as Error));
    if (end.aborted) hear();
    else end.addEventListener('abort', hear, { once: true });
    const stopHearing = this.signals.listen((signal) => {
      if (signal.kind === 'cancel_requested' && signal.runId === this.held.runId) void this.once();
    });
    this.stopListening = () => {
      end.removeEventListener('abort', hear);
      stopHearing();
    };
    this.schedule();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.stopListening?.();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.once(), this.timing.heartbeatMs);
  }

  private async once(): Promise<void> {
    const { held, clock, timing } = this;
    const leaseUntil = new Date(clock.now().getTime() + timing.leaseMs);
    try {
      if (!(await held.beat(leaseUntil))) this.abort(held.lost);
      this.leaseUntil = leaseUntil;
    } catch {
      // The database is away: the work stays ours until the lease has run out, then somebody else may have it.
      if (clock.now() >= this.leaseUntil) this.abort(held.lost);
    }
    if (this.timer && this.signal.reason !== held.lost) this.schedule();
  }
}
