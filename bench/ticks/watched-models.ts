import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { profileOf, profileToJson, RandomIds, schemaHash, seededRandom, SystemClock } from '@retrain/core';
import { aModelVersion } from '@retrain/core/testing';
import {
  BullMqJobQueue,
  Database,
  EmbeddedPostgres,
  ensureDatabase,
  FileArtifactStore,
  freePort,
  migrate,
  migrateQueue,
  pgAdapters,
  QueueBackend,
  queueSettingsFrom,
} from '@retrain/infra';
import { softmaxRegressionModel } from '@retrain/ml';
import { premierLeague } from '@retrain/premier-league';

const main = join(import.meta.dirname, '../../../apps/trigger-monitor/dist/main.js');
const { schema, task } = premierLeague;
const classes = task.kind === 'classification' ? task.classes.length : 1;
const REFERENCE_ROWS = 2_000;
const TICKS_PER_SECOND = 100;
const PAGE_MB = 4096 / 2 ** 20;

/** CPU seconds, and statements that Postgres has run for anybody. */
export interface Used {
  readonly monitorSeconds: number;
  readonly postgresSeconds: number;
  readonly statements: number;
}

/** A monitor as it is installed, that watches so many champions with triggers, schedules and histories of their own. */
export class WatchedModels {
  readonly features = schema.features.length;
  /** Position of the last check of the rounds that are over. */
  private seen = 0;

  private constructor(
    private readonly names: readonly string[],
    private readonly home: string,
    private readonly postgres: EmbeddedPostgres,
    private readonly database: Database,
    private readonly backend: QueueBackend,
    private readonly queue: BullMqJobQueue,
    private readonly monitor: ChildProcess,
  ) {}

  static async start(models: number, historyRows: number): Promise<WatchedModels> {
    const names = Array.from({ length: models }, (_, index) => `model-${index + 1}`);
    const home = mkdtempSync(join(tmpdir(), 'retrain-bench-'));
    mkdirSync(join(home, 'config'));
    writeFileSync(join(home, 'config/retraining_config.yaml'), configOf(names));
    const settings = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': '1000' };
    const postgres = new EmbeddedPostgres({ dataDir: join(home, 'data'), settings });
    const url = await ensureDatabase(await postgres.start(), 'bench');
    await migrate(url);
    await migrateQueue(queueSettingsFrom({ DATABASE_URL: url }));
    const database = await Database.open({ url });
    await database.query('CREATE EXTENSION pg_stat_statements');
    await addChampions(database, url, home, names);
    const backend = QueueBackend.open(queueSettingsFrom({ DATABASE_URL: url }), () => undefined);
    const queue = new BullMqJobQueue(backend, () => undefined);
    const port = await freePort();
    const monitor = spawn(process.execPath, [main], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...{ DATABASE_URL: url, REDIS_URL: '', RETRAIN_HOME: home, TRIGGER_MONITOR_PORT: String(port) },
        ...{ LOG_LEVEL: 'error', NODE_ENV: 'production', LOG_FORMAT: 'json' },
      },
    });
    const world = new WatchedModels(names, home, postgres, database, backend, queue, monitor);
    await world.answer(historyRows);
    await database.query('VACUUM ANALYZE');
    // A fresh schedule checks at once.
    await world.awaitChecks();
    return world;
  }

  /** Records answers of every model, with their outcomes. */
  async answer(rows: number): Promise<void> {
    const cells = schema.features.map(() => 'random()').join(',');
    const scores = `ARRAY[${Array.from({ length: classes }, (_, index) => (index === 0 ? 0.5 : 0.5 / (classes - 1))).join(',')}]`;
    await this.database.query(
      `WITH answered AS (
         INSERT INTO predictions (id, model, version, arm, input, features, scores, occurred_at, recorded_at)
         SELECT gen_random_uuid(), name, 1, 'champion', '{}', ARRAY[${cells}]::real[], ${scores}, now(), now()
         FROM models CROSS JOIN generate_series(1, $1) RETURNING id, model
       )
       INSERT INTO outcomes (prediction_id, model, outcome, observed_at, recorded_at, revision)
       SELECT id, model, CASE WHEN random() < 0.5 THEN '"H"' ELSE '"A"' END::jsonb, now(), now(), 1 FROM answered`,
      [rows],
    );
  }

  /** Puts a check of every model on the queue and waits until the last one is stored. */
  async checkAll(): Promise<void> {
    await Promise.all(this.names.map((model) => this.queue.enqueue('evaluate-triggers', { model })));
    await this.awaitChecks();
  }

  /** What the monitor and all processes of its Postgres have used so far. */
  async used(): Promise<Used> {
    const { rows } = await this.database.query<{ pid: number; statements: number }>(
      `SELECT pg_backend_pid() AS pid, (SELECT sum(calls)::int FROM pg_stat_statements) AS statements`,
    );
    const { pid, statements } = rows[0]!;
    const server = statOf(pid)!.parent;
    const processes = readdirSync('/proc').map((name) => statOf(Number(name)));
    const backends = processes.reduce((sum, stat) => sum + (stat?.parent === server ? stat.cpuSeconds : 0), 0);
    const { cpuSeconds, endedChildrenSeconds } = statOf(server)!;
    return {
      monitorSeconds: statOf(this.monitor.pid!)!.cpuSeconds,
      postgresSeconds: backends + cpuSeconds + endedChildrenSeconds,
      statements,
    };
  }

  residentMb(): number {
    return Number(readFileSync(`/proc/${this.monitor.pid}/statm`, 'utf8').split(' ')[1]) * PAGE_MB;
  }

  async decisions(): Promise<Readonly<Record<string, number>>> {
    const { rows } = await this.database.query<{ decision: string; count: number }>(
      'SELECT decision, count(*)::int AS count FROM trigger_evaluations GROUP BY decision',
    );
    return Object.fromEntries(rows.map(({ decision, count }) => [decision, count]));
  }

  async stop(): Promise<void> {
    const end = new Promise((resolve) => this.monitor.once('exit', resolve));
    this.monitor.kill('SIGTERM');
    await end;
    await this.queue.close();
    await this.backend.close();
    await this.database.close();
    await this.postgres.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  private async awaitChecks(): Promise<void> {
    for (;;) {
      // Looks at the rows of this round only: what the look costs must not grow with the rounds.
      const sql = 'SELECT count(*)::int AS count, max(position) AS last FROM trigger_evaluations WHERE position > $1';
      const { count, last } = (await this.database.query<{ count: number; last: string }>(sql, [this.seen])).rows[0]!;
      if (count >= this.names.length) {
        this.seen = Number(last);
        return;
      }
      if (this.monitor.exitCode !== null) throw new Error(`The monitor has ended with ${this.monitor.exitCode}.`);
      await sleep(10);
    }
  }
}

/** CPU time of a process; undefined when there is none of this number. */
function statOf(pid: number) {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name before may hold blanks. Fields are those of proc(5) from the state on.
  const fields = stat
    .slice(stat.lastIndexOf(') ') + 2)
    .split(' ')
    .map(Number);
  const seconds = (...at: number[]) => at.reduce((sum, index) => sum + fields[index]!, 0) / TICKS_PER_SECOND;
  return { parent: fields[1]!, cpuSeconds: seconds(11, 12), endedChildrenSeconds: seconds(13, 14) };
}

function configOf(names: readonly string[]): string {
  const entries = names.map((name) => `  ${name}: { definition: premier-league, model_path: models/${name}.onnx }`);
  // Only the bench asks for checks, and nothing is ever due.
  const never = 'check_interval_minutes: 10080\nmax_predictions_without_retraining: 1000000000';
  return `${never}\nperformance_threshold: 0.5\nmodels:\n${entries.join('\n')}\n`;
}

async function addChampions(database: Database, url: string, home: string, names: readonly string[]): Promise<void> {
  const { models, signals } = pgAdapters(database, url, new SystemClock(), new RandomIds());
  const random = seededRandom(3);
  const training = Float32Array.from({ length: REFERENCE_ROWS * schema.features.length }, random);
  const featureProfile = profileToJson(profileOf(schema, training));
  const artifact = await new FileArtifactStore(join(home, '.retrain/artifacts')).put(
    softmaxRegressionModel({
      standardisation: { means: schema.features.map(() => 0.5), scales: schema.features.map(() => 1) },
      weights: Array.from({ length: classes * schema.features.length }, () => 0),
      intercepts: Array.from({ length: classes }, (_, index) => (index === 0 ? 1 : 0)),
      lineage: {},
    }),
  );
  const { runId: _, ...template } = aModelVersion();
  for (const model of names) {
    await models.ensure(model, premierLeague.name);
    const lineage = { ...template.lineage, schemaHash: schemaHash(schema) };
    await models.addVersion({ ...template, model, artifact, featureProfile, lineage });
    const move = { version: 1, expectedRevision: 0, actor: 'bench', reason: 'bench', asOf: new Date() };
    await models.moveAlias({ model, alias: 'champion', ...move });
  }
  await signals.close();
}
