import type { BeforeApplicationShutdown, OnApplicationBootstrap, Provider, Type } from '@nestjs/common';
import { messageOf, type JobProcessor, type QueueName } from '@retrain/core';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppLog } from '../observability/app-log.js';
import { ReadinessChecks } from '../observability/readiness.js';
import { SeldomLog } from '../observability/seldom-log.js';
import { QueueBackend } from './queue-backend.js';
import { WorkerHost } from './worker-host.js';

const firstPause = 500;
const longestPause = 10_000;
/** Running jobs have so long to end when the process is told to; they are signalled at once. */
const graceSeconds = 8;

/**
 * Takes an app's jobs once everything else of it is up, and stops first when it goes down.
 *
 * A queue that is away is waited for; meanwhile the app is not ready.
 */
export class QueueWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log: SeldomLog;
  private readonly leaving = new AbortController();
  private host: WorkerHost | undefined;
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly queue: QueueName,
    private readonly concurrency: number,
    private readonly processors: readonly JobProcessor[],
    private readonly backend: QueueBackend,
    log: AppLog,
    readiness: ReadinessChecks,
  ) {
    this.log = new SeldomLog(log);
    // Throws now, at boot, when a job of the queue has no processor.
    this.makeHost();
    readiness.add({
      name: `${queue} jobs`,
      check: () => (this.host ? Promise.resolve() : Promise.reject(new Error(`takes no ${queue} jobs yet`))),
    });
  }

  onApplicationBootstrap(): void {
    this.starting = this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.leaving.abort();
    await this.host?.close();
    await Promise.race([this.starting, sleep(1000, undefined, { ref: false })]);
  }

  private async start(): Promise<void> {
    const { signal } = this.leaving;
    for (let pause = firstPause; !signal.aborted; pause = Math.min(pause * 2, longestPause)) {
      const host = this.makeHost();
      try {
        await host.start();
        if (signal.aborted) return await host.close();
        this.host = host;
        return;
      } catch (error) {
        this.log.warn({ queue: this.queue, error: messageOf(error) }, 'cannot take jobs yet');
        await host.close();
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private makeHost(): WorkerHost {
    const { queue, processors, concurrency } = this;
    return new WorkerHost(this.backend, { queue, processors, concurrency, graceSeconds }, this.log);
  }
}

/** Providers of the processors of one queue and of the worker that feeds them. */
export function workOn(queue: QueueName, concurrency: number, processors: readonly Type<JobProcessor>[]): Provider[] {
  return [
    ...processors,
    {
      // By queue: an app may work on several.
      provide: `worker of ${queue}`,
      useFactory: (backend: QueueBackend, log: AppLog, readiness: ReadinessChecks, ...made: JobProcessor[]) =>
        new QueueWorker(queue, concurrency, made, backend, log, readiness),
      inject: [QueueBackend, AppLog, ReadinessChecks, ...processors],
    },
  ];
}
