import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RandomIds, SystemClock, type TrainingPiece, type TrainingRun } from '@retrain/core';
import {
  BullMqJobQueue,
  Database,
  EmbeddedPostgres,
  ensureDatabase,
  freePort,
  migrate,
  migrateQueue,
  pgAdapters,
  QueueBackend,
  queueSettingsFrom,
} from '@retrain/infra';
import { evaluation, recipes, seed } from './settings.js';

const main = join(import.meta.dirname, '../../../apps/trainer/dist/main.js');
const plugin = join(import.meta.dirname, 'bench-model.js');

/** Trainers as they are installed, on a Postgres of the bench's own. */
export class Trainers {
  private readonly children: ChildProcess[] = [];
  private readonly rows;

  private constructor(
    private readonly home: string,
    private readonly postgres: EmbeddedPostgres,
    private readonly url: string,
    private readonly database: Database,
    private readonly backend: QueueBackend,
    private readonly queue: BullMqJobQueue,
  ) {
    this.rows = pgAdapters(database, url, new SystemClock(), new RandomIds());
  }

  /** @param models a run each: nothing that one run has fitted is of use to another. */
  static async open(models: readonly string[]): Promise<Trainers> {
    const home = mkdtempSync(join(tmpdir(), 'retrain-bench-'));
    mkdirSync(join(home, 'config'));
    writeFileSync(join(home, 'config/retraining_config.yaml'), JSON.stringify(configOf(models)));
    const postgres = new EmbeddedPostgres({ dataDir: join(home, 'data') });
    const url = await ensureDatabase(await postgres.start(), 'bench');
    await migrate(url);
    const settings = queueSettingsFrom({ DATABASE_URL: url });
    await migrateQueue(settings);
    const backend = QueueBackend.open(settings, () => undefined);
    const queue = new BullMqJobQueue(backend, () => undefined);
    return new Trainers(home, postgres, url, await Database.open({ url }), backend, queue);
  }

  /** One more trainer; resolves once it takes jobs. */
  async add(): Promise<void> {
    const port = await freePort();
    const child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...{ DATABASE_URL: this.url, REDIS_URL: '', RETRAIN_HOME: this.home, TRAINER_PORT: String(port) },
        ...{ LOG_LEVEL: 'error', NODE_ENV: 'production' },
      },
    });
    this.children.push(child);
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
    for (let tries = 0; !(await ready().catch(() => false)); tries++) {
      if (tries > 600) throw new Error('The trainer did not become ready within a minute.');
      await sleep(100);
    }
  }

  /** Requests a run as the product does, and waits for its end. */
  async run(model: string): Promise<{ readonly run: TrainingRun; readonly pieces: readonly TrainingPiece[] }> {
    const { runs, models, pieces } = this.rows;
    await models.ensure(model, 'bench');
    const id = crypto.randomUUID();
    const now = new Date();
    const why = { triggers: ['bench'], reason: 'bench', forced: true, requestedBy: 'bench' };
    const when = { asOf: now, simulated: false, requestedAt: now, configRevision: 1, predictionSeq: 0 };
    await runs.insert({ id, model, ...why, ...when });
    await this.queue.enqueue('retrain', { runId: id }, { jobId: id });
    for (;;) {
      const run = (await runs.find(id))!;
      if (run.status === 'deployed') return { run, pieces: await pieces.ofRun(id) };
      if (run.finishedAt) throw new Error(`The run ended ${run.status}: ${run.failure?.message}`);
      await sleep(50);
    }
  }

  async close(): Promise<void> {
    const ends = this.children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.children) child.kill('SIGTERM');
    await Promise.all(ends);
    await this.queue.close();
    await this.backend.close();
    await this.rows.signals.close();
    await this.database.close();
    await this.postgres.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** JSON is YAML. */
function configOf(models: readonly string[]) {
  const entry = (name: string, index: number) => {
    const files = { model_path: `models/${name}.onnx`, backup_model_dir: `models/${name}` };
    return [name, { definition: 'bench', seed: seed + index, ...files }];
  };
  return {
    plugins: [plugin],
    models: Object.fromEntries(models.map(entry)) as object,
    training_data_path: 'quickstart:bench',
    trainers: recipes,
    evaluation,
    gates: ['minimum_score', 'parity'],
    min_validation_accuracy: 0,
  };
}
