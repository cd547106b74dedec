import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RandomIds, seededRandom, SystemClock } from '@retrain/core';
import {
  Database,
  EmbeddedPostgres,
  ensureDatabase,
  migrate,
  migrateQueue,
  pgAdapters,
  queueSettingsFrom,
} from '@retrain/infra';
import { BreakableLink, freePort } from '@retrain/infra/testing';
import { softmaxRegressionModel } from '@retrain/ml';
import { premierLeague } from '@retrain/premier-league';

const root = join(import.meta.dirname, '../../..');
const main = join(root, 'apps/gateway/dist/main.js');
export const model = 'premier-league';

/** Features to ask with, and what the version with each number must answer. */
export interface Question {
  readonly features: Readonly<Record<string, number>>;
  readonly expected: Map<number, readonly number[]>;
}

/** Gateways as they are installed, on a Postgres of the bench's own that can be cut off. */
export class Gateways {
  readonly urls: string[] = [];
  private readonly children: ChildProcess[] = [];

  private constructor(
    private readonly home: string,
    private readonly postgres: EmbeddedPostgres,
    readonly databaseUrl: string,
    readonly link: BreakableLink,
  ) {}

  static async start(count: number): Promise<Gateways> {
    const home = mkdtempSync(join(tmpdir(), 'retrain-bench-'));
    mkdirSync(join(home, 'config'));
    writeFileSync(join(home, 'config/retraining_config.yaml'), 'training_data_path: quickstart:premier-league\n');
    const postgres = new EmbeddedPostgres({ dataDir: join(home, 'data') });
    const url = await ensureDatabase(await postgres.start(), 'bench');
    await migrate(url);
    await migrateQueue(queueSettingsFrom({ DATABASE_URL: url }));
    const database = await Database.open({ url });
    await pgAdapters(database, url, new SystemClock(), new RandomIds()).models.ensure(model, model);
    await database.close();
    const gateways = new Gateways(home, postgres, url, await BreakableLink.to(url));
    for (let index = 0; index < count; index++) await gateways.add();
    return gateways;
  }

  /** Registers two versions whose answers differ, and asks each what it answers to every question. */
  async prepare(questions: number): Promise<readonly Question[]> {
    for (const seed of [1, 2]) await this.register(seed);
    const random = seededRandom(9);
    const names = premierLeague.schema.features.map(({ name }) => name);
    const asked = Array.from({ length: questions }, (): Question => {
      return { features: Object.fromEntries(names.map((name) => [name, random()])), expected: new Map() };
    });
    for (const version of [1, 2]) {
      await this.act('promote', { version, reason: 'bench' });
      await this.until(async (url) => (await this.ask(url, asked[0]!)).version === version);
      for (const question of asked) {
        question.expected.set(version, (await this.ask(this.urls[0]!, question)).probabilities);
      }
    }
    return asked;
  }

  /** One prediction. Rejects when it is not answered with 200. */
  async ask(url: string, { features }: Pick<Question, 'features'>) {
    const answer = await post(`${url}/models/${model}/predictions`, { instances: [{ features }] });
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    const { predictions } = (await answer.json()) as {
      predictions: readonly [{ prediction_id: string; model_version: number; probabilities: Record<string, number> }];
    };
    const [{ prediction_id: id, model_version: version, probabilities }] = predictions;
    return { id, version, probabilities: Object.values(probabilities) };
  }

  /** Promotes or rolls back through the first gateway. */
  async act(what: 'promote' | 'rollback', body: object): Promise<void> {
    const answer = await post(`${this.urls[0]}/models/${model}/${what}`, body);
    if (answer.status !== 200) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  }

  /** Waits until it holds of every gateway. */
  async until(holds: (url: string) => Promise<boolean>, seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (const url of this.urls) {
      while (!(await holds(url).catch(() => false))) {
        if (Date.now() > deadline) throw new Error(`It never came true of ${url}.`);
        await sleep(50);
      }
    }
  }

  async stop(): Promise<void> {
    const ends = this.children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    this.children.forEach((child) => child.kill('SIGTERM'));
    await Promise.all(ends);
    await this.link.close();
    await this.postgres.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  private async add(): Promise<void> {
    const port = await freePort();
    const child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...{ DATABASE_URL: this.link.url, REDIS_URL: '', RETRAIN_HOME: this.home, GATEWAY_PORT: String(port) },
        ...{ LOG_LEVEL: 'error', NODE_ENV: 'production', LOG_FORMAT: 'json' },
      },
    });
    this.children.push(child);
    const url = `http://127.0.0.1:${port}`;
    this.urls.push(url);
    await this.until(async () => (await fetch(`${url}/health/live`)).ok && (await fetch(`${url}/models`)).ok);
  }

  private async register(seed: number): Promise<void> {
    const { features, task } = { ...premierLeague.schema, task: premierLeague.task };
    const classes = task.kind === 'classification' ? task.classes.length : 1;
    const random = seededRandom(seed);
    const artifact = softmaxRegressionModel({
      standardisation: { means: features.map(() => 0.5), scales: features.map(() => 1) },
      weights: Array.from({ length: classes * features.length }, () => random() - 0.5),
      intercepts: Array.from({ length: classes }, () => random()),
      lineage: { seed: String(seed) },
    });
    const answer = await post(`${this.urls[0]}/models/${model}/versions`, {
      artifact_base64: Buffer.from(artifact).toString('base64'),
    });
    if (answer.status !== 201) throw new Error(`register: ${answer.status} ${await answer.text()}`);
  }
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}
