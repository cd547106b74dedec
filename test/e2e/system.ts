import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { migrate, migrateQueue, queueSettingsFrom } from '@retrain/infra';
import { createTestDatabase, freePort, spawnSource, type TestDatabase } from '@retrain/infra/testing';

export type App = 'gateway' | 'trigger-monitor' | 'trainer';

export interface SystemOptions {
  /** Lines of the configuration file. */
  readonly config?: string;
  /** Processes to start, each named as often as it is wanted; one of each unless given. */
  readonly apps?: readonly App[];
  readonly env?: NodeJS.ProcessEnv;
  /** A database with every table; one in the Postgres of the test run unless given. */
  readonly database?: TestDatabase;
  /** Leads the processes to their database another way; answers the address to give them. */
  readonly through?: (databaseUrl: string) => Promise<string>;
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
}

interface Running {
  readonly app: App;
  readonly port: number;
  child: ChildProcess;
}

const mains: Readonly<Record<App, string>> = {
  gateway: 'apps/gateway/src/main.ts',
  'trigger-monitor': 'apps/trigger-monitor/src/main.ts',
  trainer: 'apps/trainer/src/main.ts',
};

/** Brings an empty database to everything that the processes need. */
export async function migrateAll(url: string): Promise<void> {
  await migrate(url);
  await migrateQueue(queueSettingsFrom({ DATABASE_URL: url }));
}

const root = join(import.meta.dirname, '../..');

/**
 * The whole product as real processes, on a database and in a folder of its own.
 *
 * Speaks HTTP to the gateway; kills, freezes and starts processes again.
 */
export class System {
  private readonly running: Running[] = [];

  private constructor(
    private readonly database: TestDatabase,
    readonly home: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(options: SystemOptions = {}): Promise<System> {
    const database = options.database ?? (await createTestDatabase({ template: 'system', migrate: migrateAll }));
    const home = mkdtempSync(join(tmpdir(), 'retrain-e2e-'));
    mkdirSync(join(home, 'config'));
    writeFileSync(join(home, 'config/retraining_config.yaml'), options.config ?? quickstart);
    const env = options.through ? { DATABASE_URL: await options.through(database.url), ...options.env } : options.env;
    const system = new System(database, home, env ?? {});
    for (const app of options.apps ?? (['gateway', 'trigger-monitor', 'trainer'] as const)) await system.add(app);
    return system;
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  /** Starts one more process; returns its place for `kill` and `restart`. */
  async add(app: App): Promise<number> {
    const port = await freePort();
    this.running.push({ app, port, child: this.spawn(app, port) });
    return this.running.length - 1;
  }

  /** Sends a signal to the first process of the app (or the one at `place`) and waits until it is gone, if it ends it. */
  async kill(app: App, signal: NodeJS.Signals = 'SIGKILL', place = this.placeOf(app)): Promise<void> {
    const { child } = this.running[place]!;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await gone;
  }

  restart(app: App, place = this.placeOf(app)): void {
    const running = this.running[place]!;
    running.child = this.spawn(app, running.port);
  }

  url(app: App = 'gateway', place = this.placeOf(app)): string {
    return `http://127.0.0.1:${this.running[place]!.port}`;
  }

  pid(app: App): number {
    return this.running[this.placeOf(app)]!.child.pid!;
  }

  async get<T = Record<string, unknown>>(path: string): Promise<Answer<T>> {
    return this.send<T>(path, { headers: { accept: 'application/json' } });
  }

  async post<T = Record<string, unknown>>(path: string, body: unknown = {}): Promise<Answer<T>> {
    return this.send<T>(path, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Waits until `look` answers something; rejects after the time with the last error. */
  async eventually<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 60): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    let last: unknown = 'no answer yet';
    for (;;) {
      try {
        const found = await look();
        if (found !== undefined && found !== false) return found;
      } catch (error) {
        last = error;
      }
      if (Date.now() > deadline) throw new Error(`Waited ${seconds} s for ${what}: ${String(last)}`);
      await sleep(100);
    }
  }

  /** Waits until a champion serves. */
  async ready(): Promise<void> {
    await this.eventually('a champion to serve', async () => (await this.get('/health/ready')).status === 200, 90);
  }

  /** Waits until no run is queued or running: the first champion serves a moment before its run has ended. */
  async idle(): Promise<void> {
    await this.eventually('runs to end', async () => {
      const { body } = await this.get<{ retraining_in_progress: boolean }>('/retraining/status');
      return !body.retraining_in_progress;
    });
  }

  /** Waits until the run has left queued and running (and waiting, when asked to); returns it. */
  async settled(runId: string, seconds = 60): Promise<RunAnswer> {
    return this.eventually(
      `run ${runId} to settle`,
      async () => {
        const { body } = await this.get<RunAnswer>(`/retraining/runs/${runId}`);
        return body.status !== 'queued' && body.status !== 'running' && body;
      },
      seconds,
    );
  }

  /** What `retrain --json` of these arguments answers and ends with. */
  async cli<T = unknown>(...args: readonly string[]): Promise<{ readonly code: number; readonly answer?: T }> {
    const main = join(root, 'apps/cli/src/main.ts');
    const child = spawnSource(main, ['--url', this.url(), '--json', ...args], {});
    let output = '';
    child.stdout!.on('data', (text: Buffer) => (output += text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...(output ? { answer: JSON.parse(output) as T } : {}) };
  }

  /** Does a run again by `retrain reproduce`. */
  reproduce(runId: string) {
    return this.cli<Reproduction>('reproduce', runId);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.running.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        child.kill('SIGCONT');
        child.kill('SIGTERM');
        await gone;
      }),
    );
    await this.database.drop();
    rmSync(this.home, { recursive: true, force: true });
  }

  private spawn(app: App, port: number): ChildProcess {
    const child = spawnSource(join(root, mains[app]), [], {
      DATABASE_URL: this.database.url,
      REDIS_URL: '',
      RETRAIN_HOME: this.home,
      GATEWAY_PORT: String(port),
      TRIGGER_MONITOR_PORT: String(port),
      TRAINER_PORT: String(port),
      LOG_LEVEL: process.env.E2E_LOG ?? 'warn',
      ...this.env,
    });
    child.stdout?.pipe(process.stderr);
    return child;
  }

  private async send<T>(path: string, init: RequestInit): Promise<Answer<T>> {
    const response = await fetch(`${this.url()}${path}`, init);
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : undefined) as T };
  }

  private placeOf(app: App): number {
    const place = this.running.findIndex((running) => running.app === app);
    if (place < 0) throw new Error(`No ${app} was started.`);
    return place;
  }
}

export interface Reproduction {
  readonly identical: boolean;
  readonly compared: readonly { readonly what: string; readonly original: object | string; readonly same: boolean }[];
}

export interface RunAnswer {
  readonly id: string;
  readonly status: string;
  readonly stage?: string | null;
  readonly candidate_version?: number | null;
  readonly failure?: { readonly code: string; readonly message: string } | null;
  readonly result?: Record<string, unknown> | null;
}

/** Real matches that ship with a dependency; the last season is left for the test to play. */
export const quickstart = `
training_data_path: quickstart:premier-league
training_data_until: 2016-08-01
`;
