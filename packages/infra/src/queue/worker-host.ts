import { DomainError, jobCatalog, messageOf, type JobName, type JobProcessor, type QueueName } from '@retrain/core';
import { UnrecoverableError, type Job, type Worker } from 'bullmq';
import { processorsOf } from './processors.js';
import type { QueueBackend } from './queue-backend.js';

/** A dead worker's job is free after its lock ran out and one more check: at most 8 + 2.5 s, then it is picked up. */
const lockMilliseconds = 8_000;
const checkMilliseconds = 2_500;
/** A job that takes its process down each time is given up; recovery finds its run by the row. */
const deathsAllowed = 3;
const quietMilliseconds = 10_000;

export interface WorkerHostOptions {
  readonly queue: QueueName;
  /** Exactly one for every job of the queue. */
  readonly processors: readonly JobProcessor[];
  /** Jobs at the same time in this process. */
  readonly concurrency: number;
  /** How long `close()` lets running jobs finish before it leaves them to another worker. */
  readonly graceSeconds?: number;
}

export interface WorkerLog {
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** Takes the jobs of one queue and hands each to its processor. Refuses to be made when a processor is missing. */
export class WorkerHost {
  private readonly processors: ReadonlyMap<string, JobProcessor>;
  private readonly leaving = new AbortController();
  private worker: Worker | undefined;
  private lastError = { text: '', at: 0 };

  constructor(
    private readonly backend: QueueBackend,
    private readonly options: WorkerHostOptions,
    private readonly log: WorkerLog,
  ) {
    this.processors = processorsOf(options.queue, options.processors);
  }

  /** Resolves once the worker is connected and takes jobs. */
  async start(): Promise<void> {
    const worker = new this.backend.bullmq.Worker(
      this.options.queue,
      (job: Job, _token?: string, signal?: AbortSignal) => this.deliver(job, signal),
      {
        connection: this.backend.connection,
        concurrency: this.options.concurrency,
        lockDuration: lockMilliseconds,
        stalledInterval: checkMilliseconds,
        maxStalledCount: deathsAllowed,
      },
    ) as unknown as Worker;
    worker.on('error', (error) => this.report(error));
    worker.on('failed', (job, error) => {
      const facts = { job: job?.name, payload: job?.data, attempt: job?.attemptsMade, error: error.message };
      this.log.warn(facts, 'job failed');
    });
    // The job may run elsewhere by now: this copy stops, and its writes are fenced by the run's attempt token.
    worker.on('lockRenewalFailed', (jobIds) => jobIds.forEach((id) => worker.cancelJob(id, 'lock lost')));
    this.worker = worker;
    await worker.waitUntilReady();
  }

  /** Takes no more jobs, signals the running ones, and waits for them as long as the grace period. */
  async close(): Promise<void> {
    const { worker } = this;
    if (!worker) return;
    this.worker = undefined;
    this.leaving.abort(new Error('the process is stopping'));
    let timer: NodeJS.Timeout | undefined;
    const impatience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, (this.options.graceSeconds ?? 20) * 1000);
    });
    await Promise.race([worker.close(), impatience]);
    clearTimeout(timer);
  }

  /** A store that is away is asked many times a second: one line says it for a while. */
  private report(error: Error): void {
    const { text, at } = this.lastError;
    if (error.message === text && Date.now() - at < quietMilliseconds) return;
    this.lastError = { text: error.message, at: Date.now() };
    this.log.error({ queue: this.options.queue, error: error.message }, 'queue error');
  }

  private async deliver(job: Job, signal?: AbortSignal): Promise<void> {
    const processor = this.processors.get(job.name);
    if (!processor) throw new UnrecoverableError(`Nobody here knows the job "${job.name}".`);
    const stop = signal ? AbortSignal.any([signal, this.leaving.signal]) : this.leaving.signal;
    try {
      await processor.process(jobCatalog[job.name as JobName].parse(job.data), stop);
    } catch (error) {
      if (error instanceof DomainError && !error.retryable) throw new UnrecoverableError(messageOf(error));
      throw error;
    }
  }
}
