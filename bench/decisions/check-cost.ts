import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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
const ROUNDS = 5;

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
    const random = seededRandom(3);
    const training = Float32Array.from({ length: mostReferenceRows * FEATURES }, random);
    const featureProfile = profileToJson(profileOf(schemaOf(FEATURES), training));
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
export async function checkCost(history = 1_000_000, newRows = 1_000_000): Promise<Part> {
  const world = await World.open();
  try {
    for (const model of ['raw', 'kept', 'short']) await world.addModel(model);
    await world.answer('short', 10_000);
    await world.answer('raw', newRows);
    await world.answer('kept', newRows);
    await world.settle();
    const raw = world.run('raw', 'cold');
    const kept = world.run('kept', 'ahead');
    await world.answer('kept', history - newRows);
    await world.settle();
    const [short, long] = world.inTurns(['short', 'kept']) as [number, number];
    const grown = Math.max(...[raw, kept].map(({ peak_mb, idle_mb }) => peak_mb - idle_mb));
    return {
      name: `a check over ${newRows} new rows x ${FEATURES}, and ${NEW_ROWS} after ${history} of history`,
      assumptions: {
        features: FEATURES,
        new_rows: newRows,
        history_rows: [10_000, history],
        rounds: ROUNDS,
        median: true,
      },
      figures: { raw, kept, short_history: short, long_history: long },
      bars: [
        { name: 'raw rows, every trigger', value: raw.seconds, unit: 's', must: 'at most', limit: 6 },
        { name: 'kept up, every trigger', value: kept.seconds, unit: 's', must: 'at most', limit: 0.1 },
        { name: 'memory beyond that of the idle process', value: grown, unit: 'MB', must: 'at most', limit: 150 },
        {
          name: `${NEW_ROWS} new rows, ${history} against 10000 of history`,
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
