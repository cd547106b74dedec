import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { jobCatalog, unavailable, unprocessable, type JobName, type JobProcessor, type QueueName } from '@retrain/core';
import { BullMqJobQueue } from '../queue/bullmq-job-queue.js';
import { migrateQueue, QueueBackend, type QueueSettings } from '../queue/queue-backend.js';
import { WorkerHost } from '../queue/worker-host.js';
import { printed, spawnSource } from './spawn-source.js';

type Handler = (payload: unknown, signal: AbortSignal) => Promise<void>;

const quiet = { error: () => undefined, warn: () => undefined };
const ignore = () => undefined;
const jobsOf = (queue: QueueName): readonly JobName[] =>
  Object.values(jobCatalog).flatMap((kind) => (kind.queue === queue ? kind.name : []));

/** A host for the queue whose jobs all go to `handlers`; jobs without a handler do nothing. */
export async function startHost(
  backend: QueueBackend,
  queue: QueueName,
  handlers: Partial<Record<JobName, Handler>>,
): Promise<WorkerHost> {
  const processors = jobsOf(queue).map((job) => ({ job, process: handlers[job] ?? (async () => undefined) }));
  const options = { queue, processors: processors as JobProcessor[], concurrency: 2, graceSeconds: 5 };
  const host = new WorkerHost(backend, options, quiet);
  await host.start();
  return host;
}

async function until(condition: () => boolean, seconds: number): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !condition(); await sleep(20)) {
    if (Date.now() > end) throw new Error(`It did not happen within ${seconds} s.`);
  }
}

/** What every store of the job queue has to do, checked with real workers; `settings` is called once it is up. */
export function describeJobQueue(settings: () => QueueSettings): void {
  let backend: QueueBackend;
  let queue: BullMqJobQueue;
  const hosts: WorkerHost[] = [];

  async function host(name: QueueName, handlers: Partial<Record<JobName, Handler>>): Promise<WorkerHost> {
    const started = await startHost(backend, name, handlers);
    hosts.push(started);
    return started;
  }

  beforeAll(async () => {
    await migrateQueue(settings());
    await migrateQueue(settings());
    backend = QueueBackend.open(settings(), ignore, 4);
    queue = new BullMqJobQueue(backend, ignore);
  });

  afterEach(async () => {
    for (const started of hosts.splice(0)) await started.close();
  });

  afterAll(async () => {
    await queue.close();
    await backend.close();
  });

  it('delivers a job with its payload', async () => {
    const seen: unknown[] = [];
    await host('training', { retrain: async (payload) => void seen.push(payload) });
    await queue.enqueue('retrain', { runId: 'run-1' });
    await until(() => seen.length > 0, 5);
    expect(seen).toEqual([{ runId: 'run-1' }]);
  });

  it('holds a delayed job back', async () => {
    let arrived = 0;
    await host('training', { retrain: async () => void (arrived = Date.now()) });
    const sent = Date.now();
    await queue.enqueue('retrain', { runId: 'later' }, { delaySeconds: 1.5 });
    expect(await queue.counts('training')).toMatchObject({ delayed: 1, active: 0 });
    await until(() => arrived > 0, 10);
    expect(arrived - sent).toBeGreaterThanOrEqual(1_450);
  });

  it('keeps one waiting or active job per id, and takes the id again after it ended', async () => {
    let calls = 0;
    let release: () => void = ignore;
    await queue.enqueue('retrain', { runId: 'twin' }, { jobId: 'twin' });
    await queue.enqueue('retrain', { runId: 'twin' }, { jobId: 'twin' });
    await host('training', {
      retrain: () => {
        calls += 1;
        return new Promise((resolve) => (release = resolve));
      },
    });
    await until(() => calls === 1, 5);
    await queue.enqueue('retrain', { runId: 'twin' }, { jobId: 'twin' });
    release();
    await sleep(500);
    expect(calls).toBe(1);

    await queue.enqueue('retrain', { runId: 'twin' }, { jobId: 'twin' });
    await until(() => calls === 2, 5);
    release();
  });

  it('tries a job again, after its back-off, when a part was away', async () => {
    const at: number[] = [];
    await host('training', {
      retrain: async () => {
        at.push(Date.now());
        if (at.length === 1) throw unavailable('store_away', 'The store is away.');
      },
    });
    await queue.enqueue('retrain', { runId: 'again' });
    await until(() => at.length === 2, 15);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(4_500);
  });

  it('does not try a job again that can never succeed', async () => {
    const seen: unknown[] = [];
    await host('training', {
      retrain: async (payload) => {
        seen.push(payload);
        throw unprocessable('too_few_rows', 'Too few rows.');
      },
    });
    await queue.enqueue('retrain', { runId: 'hopeless' }, { jobId: 'hopeless' });
    await until(() => seen.length === 1, 5);
    await sleep(300);
    // Failed for good: its id is free, where a job that waits for another try would still hold it.
    await queue.enqueue('retrain', { runId: 'hopeless' }, { jobId: 'hopeless' });
    await until(() => seen.length === 2, 3);
  });

  it('refuses a payload that is none on arrival', async () => {
    const seen: unknown[] = [];
    await host('training', { retrain: async (payload) => void seen.push(payload) });
    await queue.enqueue('retrain', {} as { runId: string });
    await queue.enqueue('retrain', { runId: 'sound' });
    await until(() => seen.length > 0, 5);
    expect(seen).toEqual([{ runId: 'sound' }]);
  });

  it('repeats a schedule once per interval however many ask for it', async () => {
    const at: number[] = [];
    await host('monitoring', { 'evaluate-triggers': async () => void at.push(Date.now()) });
    await host('monitoring', { 'evaluate-triggers': async () => void at.push(Date.now()) });
    const ask = (seconds: number) => queue.schedule('every', 'evaluate-triggers', { model: 'm' }, seconds);
    await Promise.all([ask(1), ask(1), ask(1)]);
    await until(() => at.length >= 4, 10);
    await ask(1);
    const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1000;
    expect(at.length).toBeLessThanOrEqual(seconds + 3);

    const next = await queue.nextAt('every', 'evaluate-triggers');
    expect(Math.abs((next?.getTime() ?? 0) - Date.now())).toBeLessThan(2_000);
    await ask(3_600);
    const moved = await queue.nextAt('every', 'evaluate-triggers');
    expect(moved?.getTime()).toBeGreaterThan(Date.now() - 5_000);
    await queue.unschedule('every', 'evaluate-triggers');
    await queue.unschedule('every', 'evaluate-triggers');
    expect(await queue.nextAt('every', 'evaluate-triggers')).toBeUndefined();
  });

  it('signals a running job when its process stops, and waits for it', async () => {
    let state = 'idle';
    const leaving = await host('training', {
      retrain: (_, signal) => {
        state = 'running';
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            state = 'handed over';
            resolve();
          });
        });
      },
    });
    await queue.enqueue('retrain', { runId: 'long' });
    await until(() => state === 'running', 5);
    await leaving.close();
    expect(state).toBe('handed over');
  });

  it('gives the job of a killed process to another within 30 s', async () => {
    const { redisUrl, databaseUrl } = settings();
    const victim = spawnSource(join(import.meta.dirname, 'process/queue-victim.ts'), [], {
      REDIS_URL: redisUrl ?? '',
      DATABASE_URL: databaseUrl ?? '',
    });
    const holds = printed(victim, 'holding orphan');
    await queue.enqueue('retrain', { runId: 'orphan' });
    await holds;
    victim.kill('SIGKILL');
    const killed = Date.now();
    const seen: unknown[] = [];
    await host('training', { retrain: async (payload) => void seen.push(payload) });
    await until(() => seen.length > 0, 30);
    expect(seen).toEqual([{ runId: 'orphan' }]);
    expect(Date.now() - killed).toBeLessThan(30_000);
  }, 60_000);
}
