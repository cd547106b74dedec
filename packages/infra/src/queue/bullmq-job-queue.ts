import {
  jobCatalog,
  JobQueue,
  messageOf,
  unavailable,
  type EnqueueOptions,
  type JobName,
  type JobPayloads,
  type QueueName,
} from '@retrain/core';
import type { JobsOptions, Queue } from 'bullmq';
import type { QueueBackend } from './queue-backend.js';

const answerSeconds = 10;

/** How long ended jobs stay visible; nothing reads them but people. */
const kept: JobsOptions = {
  removeOnComplete: { age: 3_600, count: 100 },
  removeOnFail: { age: 7 * 86_400, count: 500 },
};

/** The job queue on BullMQ, over Redis or Postgres alike. A job's options come from the catalog. */
export class BullMqJobQueue extends JobQueue {
  private readonly queues = new Map<QueueName, Queue>();

  constructor(
    private readonly backend: QueueBackend,
    private readonly onError: (error: Error) => void,
  ) {
    super();
  }

  async enqueue<N extends JobName>(name: N, payload: JobPayloads[N], options: EnqueueOptions = {}): Promise<void> {
    const { jobId, delaySeconds } = options;
    const settings: JobsOptions = { ...deliveryOf(name) };
    // Not BullMQ's own job id: that one stays taken by the job's remains after it ended.
    if (jobId !== undefined) settings.deduplication = { id: jobId };
    if (delaySeconds !== undefined) settings.delay = Math.round(delaySeconds * 1000);
    await this.ask((queue) => queue.add(name, payload, settings), name);
  }

  async schedule<N extends JobName>(
    scheduleId: string,
    name: N,
    payload: JobPayloads[N],
    everySeconds: number,
  ): Promise<void> {
    const every = Math.round(everySeconds * 1000);
    await this.ask(async (queue) => {
      const existing = await queue.getJobScheduler(scheduleId);
      const alive = existing?.next !== undefined && existing.next > Date.now() - every;
      // Asking again would fire at once: every restart of a process would.
      if (alive && existing.every === every && same(existing.template?.data, payload)) return;
      await queue.upsertJobScheduler(scheduleId, { every }, { name, data: payload, opts: deliveryOf(name) });
    }, name);
  }

  async unschedule(scheduleId: string, name: JobName): Promise<void> {
    await this.ask((queue) => queue.removeJobScheduler(scheduleId), name);
  }

  async nextAt(scheduleId: string, name: JobName): Promise<Date | undefined> {
    const scheduler = await this.ask((queue) => queue.getJobScheduler(scheduleId), name);
    return scheduler?.next === undefined ? undefined : new Date(scheduler.next);
  }

  /** Jobs of a queue by state: `waiting`, `active`, `delayed`, `failed`, … */
  async counts(queue: QueueName): Promise<Readonly<Record<string, number>>> {
    return this.queueNamed(queue).getJobCounts();
  }

  /** Closes the producers; the backend is closed by whoever opened it. */
  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    this.queues.clear();
  }

  private async ask<T>(question: (queue: Queue) => Promise<T>, name: JobName): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${answerSeconds} s`)), answerSeconds * 1000);
    });
    try {
      return await Promise.race([question(this.queueNamed(jobCatalog[name].queue)), silence]);
    } catch (error) {
      throw unavailable('queue_unavailable', `The ${this.backend.kind} job queue failed: ${messageOf(error)}.`);
    } finally {
      clearTimeout(timer);
    }
  }

  private queueNamed(name: QueueName): Queue {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = new this.backend.bullmq.Queue(name, { connection: this.backend.connection }) as unknown as Queue;
    queue.on('error', this.onError);
    this.queues.set(name, queue);
    // One that could not be opened stays broken for ever: the next caller opens another.
    queue.waitUntilReady().catch(() => {
      if (this.queues.get(name) === queue) this.queues.delete(name);
      void queue.close().catch(() => undefined);
    });
    return queue;
  }
}

function deliveryOf(name: JobName): JobsOptions {
  const { attempts, backoffSeconds } = jobCatalog[name];
  return { ...kept, attempts, backoff: { type: 'exponential', delay: backoffSeconds * 1000 } };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
