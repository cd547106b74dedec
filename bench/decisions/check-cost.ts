import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mostReferenceRows, profileOf, profileToJson, RandomIds, seededRandom } from '@retrain/core';
import { aModelVersion, FakeClock } from '@retrain/core/testing';
import { Database, EmbeddedPostgres, ensureDatabase, migrate, pgAdapters } from '@retrain/infra';
import type { Part } from './bar.js';
import { schemaOf } from './monitored-model.js';

const FEATURES = 30;
const NEW_ROWS = 1_000;
const ROUNDS = 9;

/** What a process of its own tells of one piece of work. */
interface Cost {
  readonly seconds: number;
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

  /** Answers as they are recorded, with their outcomes. */
  async answer(model: string, rows: number, outcomes = 0): Promise<void> {
    const cells = Array.from({ length: FEATURES }, () => 'random()').join(',');
    for (let left = rows; left > 0; left -= 100_000) {
      await this.database.query(
        `INSERT INTO predictions (id, model, version, arm, input, features, scores, occurred_at, recorded_at)
         SELECT gen_random_uuid(), $1, 1, 'champion', '{}', ARRAY[${cells}]::real[], '{0.5,0.5}', now(), now()
         FROM generate_series(1, ${Math.min(left, 100_000)})`,
        [model],
      );
    }
    await this.database.query(
      `INSERT INTO outcomes (prediction_id, model, outcome, observed_at, recorded_at, revision)
       SELECT id, model, '"a"', now(), now(), 1 FROM predictions WHERE model = $1 ORDER BY seq DESC LIMIT $2`,
      [model, outcomes],
    );
  }

  async settle(): Promise<void> {
    await this.database.query('VACUUM ANALYZE predictions');
    await this.database.query('VACUUM ANALYZE outcomes');
  }

  run(model: string, work: 'read' | 'drift' | 'check'): Cost {
    const script = join(import.meta.dirname, 'check-process.js');
    const output = execFileSync(process.execPath, [script, this.url, model, String(FEATURES), work], {
      encoding: 'utf8',
    });
    return JSON.parse(output) as Cost;
  }

  /** Rounds of new rows and a check, after a history that has been read; two models take turns. */
  async inTurns(models: readonly string[], work: 'drift' | 'check'): Promise<readonly number[]> {
    const seconds = models.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, model] of models.entries()) {
        await this.answer(model, NEW_ROWS, NEW_ROWS);
        seconds[index]!.push(this.run(model, work).seconds);
      }
    }
    return seconds.map((values) => values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!);
  }
}

/** Checks on Postgres: over a million new rows, and over a thousand after a short and a long history. */
export async function checkCost(history = 3_000_000, newRows = 1_000_000): Promise<Part> {
  const world = await World.open();
  try {
    for (const model of ['raw', 'kept', 'short', 'long']) await world.addModel(model);
    await world.answer('raw', newRows, 20_000);
    await world.settle();
    const raw = world.run('raw', 'check');
    await world.answer('kept', newRows, 20_000);
    await world.settle();
    const reading = world.run('kept', 'read');
    const kept = world.run('kept', 'drift');
    const keptCheck = world.run('raw', 'check');
    await world.answer('short', 10_000, 10_000);
    await world.answer('long', history, 20_000);
    await world.settle();
    for (const model of ['short', 'long']) world.run(model, 'drift');
    const [short, long] = (await world.inTurns(['short', 'long'], 'drift')) as [number, number];
    const [shortCheck, longCheck] = (await world.inTurns(['short', 'long'], 'check')) as [number, number];
    const grown = Math.max(...[raw, kept, reading].map(({ peak_mb, idle_mb }) => peak_mb - idle_mb));
    return {
      name: `a check over ${newRows} new rows x ${FEATURES}, and ${NEW_ROWS} after ${history} of history`,
      assumptions: {
        features: FEATURES,
        new_rows: newRows,
        history_rows: [10_000, history],
        rounds: ROUNDS,
        median: true,
      },
      figures: {
        raw,
        reading,
        kept,
        every_trigger_once_read: keptCheck,
        short,
        long,
        short_every_trigger: shortCheck,
        long_every_trigger: longCheck,
      },
      bars: [
        { name: 'raw rows, every trigger', value: raw.seconds, unit: 's', must: 'at most', limit: 6 },
        { name: 'kept up, drift', value: kept.seconds, unit: 's', must: 'at most', limit: 0.1 },
        { name: 'memory beyond that of the idle process', value: grown, unit: 'MB', must: 'at most', limit: 150 },
        {
          name: `drift, ${history} against 10000 rows of history`,
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
