import type { JobName, JobPayloads } from '../job/catalog.js';
import { JobQueue, type EnqueueOptions } from '../job/job-queue.port.js';
import type { Clock } from '../shared/clock.port.js';

/** A job as it waits in memory. */
export interface WaitingJob<N extends JobName = JobName> {
  readonly name: N;
  readonly payload: JobPayloads[N];
  readonly jobId?: string;
  readonly notBefore: Date;
}

/** Keeps jobs until a test takes them; nothing runs by itself. */
export class MemoryJobQueue extends JobQueue {
  /** In the order in which they were enqueued. */
  readonly waiting: WaitingJob[] = [];
  private readonly schedules = new Map<string, { readonly everySeconds: number; readonly since: number }>();

  constructor(private readonly clock: Clock) {
    super();
  }

  async enqueue<N extends JobName>(name: N, payload: JobPayloads[N], options: EnqueueOptions = {}): Promise<void> {
    const { jobId, delaySeconds = 0 } = options;
    if (jobId !== undefined && this.waiting.some((job) => job.name === name && job.jobId === jobId)) return;
    const notBefore = new Date(this.clock.now().getTime() + delaySeconds * 1000);
    this.waiting.push({ name, payload, jobId, notBefore });
  }

  /** Removes and answers the first due job (of that name), as a processor would. */
  take(name?: JobName): WaitingJob | undefined {
    const now = this.clock.now();
    const first = this.waiting.find((job) => (name ?? job.name) === job.name && job.notBefore <= now);
    return first && this.waiting.splice(this.waiting.indexOf(first), 1)[0];
  }

  async schedule<N extends JobName>(
    scheduleId: string,
    name: N,
    _payload: JobPayloads[N],
    everySeconds: number,
  ): Promise<void> {
    this.schedules.set(`${name}/${scheduleId}`, { everySeconds, since: this.clock.now().getTime() });
  }

  async unschedule(scheduleId: string, name: JobName): Promise<void> {
    this.schedules.delete(`${name}/${scheduleId}`);
  }

  async nextAt(scheduleId: string, name: JobName): Promise<Date | undefined> {
    const schedule = this.schedules.get(`${name}/${scheduleId}`);
    if (!schedule) return undefined;
    const every = schedule.everySeconds * 1000;
    const rounds = Math.floor((this.clock.now().getTime() - schedule.since) / every) + 1;
    return new Date(schedule.since + rounds * every);
  }
}
