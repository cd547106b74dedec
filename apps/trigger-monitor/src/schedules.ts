import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AlignSchedulesService, ConfigStore, JobQueue, messageOf, type JobName } from '@retrain/core';
import { AppLog } from '@retrain/infra';

/** What is always repeated, in seconds. */
const everySeconds = {
  'recover-runs': 3,
  'watch-rollouts': 5,
  notify: 5,
  'read-answers': 60,
  prune: 6 * 3600,
} as const satisfies Partial<Record<JobName, number>>;
const lookMilliseconds = 10_000;

/**
 * Keeps the queue's schedules in being: one of each however many monitors run. Looks again now and then, so that a queue
 * that was away or has lost everything gets them back, and at once after a change of the configuration.
 */
@Injectable()
export class Schedules implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stops: (() => void)[] = [];
  private told: string | undefined;

  constructor(
    private readonly aligning: AlignSchedulesService,
    private readonly queue: JobQueue,
    private readonly config: ConfigStore,
    private readonly log: AppLog,
  ) {}

  onApplicationBootstrap(): void {
    const timer = setInterval(() => void this.align(), lookMilliseconds);
    this.stops.push(
      () => clearInterval(timer),
      this.config.onChange(() => void this.align()),
    );
    void this.align();
  }

  onModuleDestroy(): void {
    for (const stop of this.stops) stop();
  }

  private async align(): Promise<void> {
    try {
      await this.queue.schedule('recover-runs', 'recover-runs', {}, everySeconds['recover-runs']);
      await this.queue.schedule('watch-rollouts', 'watch-rollouts', {}, everySeconds['watch-rollouts']);
      await this.queue.schedule('notify', 'notify', {}, everySeconds.notify);
      await this.queue.schedule('read-answers', 'read-answers', {}, everySeconds['read-answers']);
      await this.queue.schedule('prune', 'prune', {}, everySeconds.prune);
      await this.aligning.execute();
      this.told = undefined;
    } catch (error) {
      const message = messageOf(error);
      if (message !== this.told) this.log.warn({ error: message }, 'schedules could not be set; trying again');
      this.told = message;
    }
  }
}
