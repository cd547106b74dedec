import { messageOf, unprocessable, type DomainError, type FittedModel, type FittingJob } from '@retrain/core';
import { makeFittingFolder, removeFittingFolder } from './fitting-folder.js';
import type { FittingProcess } from './fitting-process.js';
import { domainErrorOf, type FitOrder, type FitReport } from './messages.js';
import { MEMORY_MARK } from './watchdog.js';

/** How long a process that was asked to end may take; a cancelled run is over within 2 s all the same. */
const GRACE_MILLISECONDS = 1000;
/** How long a process may take, once its model is here, to be ready for another fit or to end. */
const SETTLE_MILLISECONDS = 2000;

/** One fit in one process, and what becomes of both. */
export class FittingAttempt {
  private report?: Exclude<FitReport, { kind: 'progress' | 'ready' }>;
  /** Why the host ended the process, if it did. */
  private ended?: { readonly error: unknown };
  /** Whether the process has done its fit, left nothing behind and waits for the next one. */
  ready = false;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly process: FittingProcess,
    private readonly order: Omit<FitOrder, 'folder'>,
    private readonly job: FittingJob,
  ) {}

  /** Whether the fit was aborted or took too long: what it rejects with says nothing of the process. */
  get givenUp(): boolean {
    return this.ended !== undefined;
  }

  /** Rejects as `Fitting.fit` does. The process has ended then, or is `ready`, or was never sent its order. */
  async result(): Promise<FittedModel> {
    const folder = makeFittingFolder();
    const { signal, limits } = this.job;
    const { child } = this.process;
    const abort = () => this.end(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.timer = setTimeout(() => this.end(timedOut(limits.timeoutSeconds)), limits.timeoutSeconds * 1000);
    let off: () => void = () => undefined;
    try {
      return await new Promise<FittedModel>((resolve, reject) => {
        const hear = (message: FitReport) => {
          if (message.kind === 'ready') this.ready = !this.ended;
          else this.receive(message);
          if (this.ready && this.report?.kind === 'fitted') resolve(this.report.model);
        };
        const fail = (error: Error) => reject(failed(`its process cannot be started: ${messageOf(error)}`));
        const close = (code: number | null, killedBy: NodeJS.Signals | null) => {
          if (!this.ended && this.report?.kind === 'fitted') resolve(this.report.model);
          else reject(this.failure(code, killedBy));
        };
        child.on('message', hear).once('error', fail).once('close', close);
        off = () => child.off('message', hear).off('error', fail).off('close', close);
        this.process.send({ ...this.order, folder });
      });
    } finally {
      off();
      clearTimeout(this.timer);
      signal.removeEventListener('abort', abort);
      removeFittingFolder(folder);
    }
  }

  private receive(message: Exclude<FitReport, { kind: 'ready' }>): void {
    if (message.kind === 'progress') {
      if (!this.ended) this.job.onProgress?.(message.fraction);
      return;
    }
    this.report = message;
    if (!this.ended) this.killAfter(SETTLE_MILLISECONDS);
  }

  private end(error: unknown): void {
    if (this.ended) return;
    this.ended = { error };
    this.killAfter(GRACE_MILLISECONDS);
    this.process.signal('SIGTERM');
  }

  private killAfter(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.process.signal('SIGKILL'), milliseconds);
  }

  private failure(code: number | null, killedBy: NodeJS.Signals | null): unknown {
    if (this.ended) return this.ended.error;
    if (this.report?.kind === 'refused') return domainErrorOf(this.report.refusal);
    const { errorOutput } = this.process;
    const said = this.report?.kind === 'failed' ? this.report.message : errorOutput;
    if (OUT_OF_MEMORY.test(said)) return outOfMemory(this.job.limits.memoryMb);
    if (this.report?.kind === 'failed') return failed(this.report.message);
    const last = errorOutput.trim().split('\n').at(-1);
    return failed(`its process ended by ${killedBy ?? `exit code ${code}`}${last ? `: ${last}` : ''}`);
  }
}

/** V8's heap, a typed array that cannot be had, or the watchdog of the fitting process. */
const OUT_OF_MEMORY = new RegExp(`heap out of memory|Array buffer allocation failed|${MEMORY_MARK}`);

export function failed(reason: string): DomainError {
  return unprocessable('fitting_failed', `The fit failed: ${reason}`);
}

function timedOut(seconds: number): DomainError {
  const message = `The fit took longer than ${seconds} s. Allow it more time, or give it less data or a simpler recipe.`;
  return unprocessable('fitting_timed_out', message);
}

function outOfMemory(megabytes: number): DomainError {
  const message = `The fit needed more than ${megabytes} MB. Allow it more memory, or give it less data or a simpler recipe.`;
  return unprocessable('fitting_out_of_memory', message);
}
