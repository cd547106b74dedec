import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mostReferenceRows, profileOf, profileToJson, RandomIds, seededRandom } from '@retrain/core';
import { aModelVersion, FakeClock } from '@retrain/core/testing';
import { Database, EmbeddedPostgres, ensureDatabase, migrate, pgAdapters } from '@retrain/infra';
import { answer } from './answers.js';
import type { Part } from '../bar.js';
import { schemaOf } from './monitored-model.js';

const FEATURES = 30;
const NEW_ROWS = 1_000;
const ROUNDS = 7;
const SHORT_HISTORY = 10_000;

/** What a process of its own tells of one piece of work. */
interface Cost {
  readonly seconds: number;
  /** Reading what was new before the check. */
  readonly ahead_seconds?: number;
  readonly cpu_seconds: number;
  readonly peak_mb: number;
  readonly idle_mb: number;
  readonly verdicts: readonly string[];
}

/** What an exact computation over all raw values cost, reading them from a file. */
interface Exact {
  readonly by: string;
  readonly seconds: number;
  readonly peak_mb: number;
  readonly ks: readonly number[];
}

export interface CheckOptions {
  /** Rows of the long history; a check of all of them is measured on the first million. */
  readonly history: number;
  /** An interpreter that has scipy; without it the exact statistics are core's own. */
  readonly python?: string;
}

function trainingRows(): Float32Array {
  return Float32Array.from({ length: mostReferenceRows * FEATURES }, seededRandom(3));
}

/** Models on a Postgres of the bench's own, and processes that check them. */
class World {
  private constructor(
    private readonly postgres: EmbeddedPostgres,
    private readonly folder: string,
    private readonly url: string,
    private readonly database: Database,
  ) {}

  static async open(): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'retrain-bench-'));
    const settings = { fsync: 'off', max_wal_size: '4GB' };
    const postgres = new EmbeddedPostgres({ dataDir: join(folder, 'data'), settings });
    const server = await postgres.start();
    const url = await ensureDatabase(server, 'bench');
    await migrate(url);
    return new World(postgres, folder, url, await Database.open({ url }));
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async addModel(name: string): Promise<void> {
    const clock = new FakeClock(new Date());
    const { models, signals } = pgAdapters(this.database, this.url, clock, new RandomIds());
    const featureProfile = profileToJson(profileOf(schemaOf(FEATURES), trainingRows()));
    await models.ensure(name, 'bench');
    await models.addVersion({ ...aModelVersion({ model: name, featureProfile }) });
    await this.database.query(
      `INSERT INTO aliases (model, alias, version, revision, moved_at) VALUES ($1, 'champion', 1, 1, now() - interval '2 hours')`,
      [name],
    );
    await signals.close();
  }

  answer(model: string, rows: number): Promise<void> {
    return answer(this.database, model, { rows, features: FEATURES, outcomes: Math.min(rows, 20_000) });
  }

  async settle(): Promise<void> {
    await this.database.query('VACUUM ANALYZE predictions');
    await this.database.query('VACUUM ANALYZE outcomes');
  }

  run(model: string, state: 'cold' | 'ahead' | 'warm'): Cost {
    const script = join(import.meta.dirname, 'check-process.js');
    const given = [script, this.url, model, String(FEATURES), state];
    return JSON.parse(execFileSync(process.execPath, given, { encoding: 'utf8' })) as Cost;
  }

  /** The same rows as a batch tool compares them: every raw value, by exact statistics. */
  async exactly(model: string, python: string | undefined): Promise<Exact> {
    const [reference, window] = [join(this.folder, 'reference.f32'), join(this.folder, 'window.f32')];
    writeFileSync(reference, new Uint8Array(trainingRows().buffer));
    writeFileSync(window, '');
    const { predictions, signals } = pgAdapters(this.database, this.url, new FakeClock(new Date()), new RandomIds());
    for await (const rows of predictions.featureChunks({ model, limit: Infinity }, FEATURES)) {
      appendFileSync(window, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    }
    await signals.close();
    const script =
      python === undefined
        ? join(import.meta.dirname, 'exact-process.js')
        : join(import.meta.dirname, '..', '..', 'decisions', 'exact_baseline.py');
    const given = [script, reference, window, String(FEATURES)];
    return JSON.parse(execFileSync(python ?? process.execPath, given, { encoding: 'utf8' })) as Exact;
  }

  /** Checks of a thousand new rows by warm processes, the models in turns; the median of each. */
  inTurns(models: readonly string[]): readonly number[] {
    const seconds = models.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      models.forEach((model, index) => seconds[index]!.push(this.run(model, 'warm').seconds));
    }
    return seconds.map((values) => values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!);
  }
}

/** Checks on Postgres: over a million new rows, and over a thousand after a short and a long history. */
export async function checkCost({ history, python }: CheckOptions): Promise<Part> {
  const newRows = Math.min(1_000_000, history);
  const world = await World.open();
  try {
    for (const model of ['raw', 'kept', 'short']) await world.addModel(model);
    await world.answer('short', SHORT_HISTORY);
    await world.answer('raw', newRows);
    await world.answer('kept', newRows);
    await world.settle();
    const raw = world.run('raw', 'cold');
    const kept = world.run('kept', 'ahead');
    const { ks, ...exact } = await world.exactly('raw', python);
    await world.answer('kept', history - newRows);
    await world.settle();
    world.run('kept', 'ahead');
    const [short, long] = world.inTurns(['short', 'kept']) as [number, number];
    const grown = Math.max(...[raw, kept].map(({ peak_mb, idle_mb }) => peak_mb - idle_mb));
    return {
      name: `a check over ${newRows} new rows x ${FEATURES}, and ${NEW_ROWS} after ${history} of history`,
      assumptions: {
        features: FEATURES,
        new_rows: newRows,
        history_rows: [SHORT_HISTORY, history],
        rounds: ROUNDS,
        median: true,
      },
      figures: {
        raw,
        kept,
        exact: { ...exact, largest_ks: Math.max(...ks) },
        exact_over_raw: exact.seconds / raw.seconds,
        exact_over_kept: exact.seconds / kept.seconds,
        short_history: short,
        long_history: long,
      },
      bars: [
        { name: 'raw rows, every trigger', value: raw.seconds, unit: 's', must: 'at most', limit: 6 },
        { name: 'kept up, every trigger', value: kept.seconds, unit: 's', must: 'at most', limit: 0.1 },
        { name: 'memory beyond that of the idle process', value: grown, unit: 'MB', must: 'at most', limit: 150 },
        {
          name: `${NEW_ROWS} new rows, ${history} against ${SHORT_HISTORY} of history`,
          value: long / short,
          unit: 'ratio',
          must: 'at most',
          limit: 1.2,
        },
      ],
    };
  } finally {
    await world.close();
  }
}
