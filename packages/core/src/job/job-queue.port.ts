import type { JobName, JobPayloads } from './catalog.js';

export interface EnqueueOptions {
  /** At most one waiting or active job of this id: enqueueing it again is a no-op. */
  readonly jobId?: string;
  readonly delaySeconds?: number;
}

/** Delivers jobs at least once, maybe late, maybe never: nothing is decided by it. */
export abstract class JobQueue {
  abstract enqueue<N extends JobName>(name: N, payload: JobPayloads[N], options?: EnqueueOptions): Promise<void>;

  /** One repeating job per `scheduleId` however many processes ask; asking again changes its interval. */
  abstract schedule<N extends JobName>(
    scheduleId: string,
    name: N,
    payload: JobPayloads[N],
    everySeconds: number,
  ): Promise<void>;

  /** Removing an unknown schedule is fine. */
  abstract unschedule(scheduleId: string, name: JobName): Promise<void>;

  /** When the schedule fires next; undefined when there is none. */
  abstract nextAt(scheduleId: string, name: JobName): Promise<Date | undefined>;
}

/** Handles one kind of job. Processors are thin: one call of one service. */
export interface JobProcessor<N extends JobName = JobName> {
  readonly job: N;
  process(payload: JobPayloads[N], signal: AbortSignal): Promise<void>;
}
