import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres, ensureDatabase } from '@retrain/infra';
import { freePort, startTestRedis, type TestRedis } from '@retrain/infra/testing';
import { migrateAll, System } from '../e2e/system.js';
import { SmallDisk } from './disk.js';

const root = join(import.meta.dirname, '../..');
export const model = 'bike-demand';

/** Candidates go live at once, and every round's recipe is another one: no fit is served from the cache. */
const config = `
plugins: ['${join(root, 'examples/bike-rental/plugin.js')}']
training_data_path: quickstart:bike-rental
min_days_between_retraining: 0
enable_automatic_deployment: true
backup_retention: 10000
evaluation: { min_rows: 200, blocks: 2 }
models:
  ${model}:
    model_path: models/${model}.onnx
    triggers: []
    gates: [minimum_score, parity]
`;

/**
 * One installation with a Postgres, a Redis and a disk of its own, all of which can fail: a gateway, a monitor and two
 * trainers.
 */
export class World {
  private redis: TestRedis | undefined;

  private constructor(
    readonly system: System,
    private readonly postgres: EmbeddedPostgres,
    private readonly redisPort: number,
    readonly disk: SmallDisk | undefined,
    private readonly folder: string,
    private readonly databaseUrl: string,
  ) {}

  static async open(): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'retrain-chaos-'));
    const postgres = new EmbeddedPostgres({ dataDir: join(folder, 'postgres', 'data') });
    const url = await ensureDatabase(await postgres.start(), 'chaos');
    await migrateAll(url);
    const redisPort = await freePort();
    const redis = await startTestRedis(redisPort);
    const dataDir = join(folder, 'data');
    const disk = SmallDisk.at(dataDir);
    const system = await System.start({
      config,
      apps: ['gateway', 'trigger-monitor', 'trainer', 'trainer'],
      database: { url, drop: async () => undefined },
      env: {
        REDIS_URL: redis ? `redis://127.0.0.1:${redisPort}` : '',
        RETRAIN_DATA_DIR: dataDir,
        LOG_LEVEL: process.env.E2E_LOG ?? 'fatal',
      },
    });
    const world = new World(system, postgres, redisPort, disk, folder, url);
    world.redis = redis;
    await system.ready();
    await system.idle();
    await world.watchStages();
    return world;
  }

  /** Calls once, at once, when a run enters the stage. */
  async onEntry(stage: string, act: () => void): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('LISTEN stage');
    const listener = ({ payload }: pg.Notification) => {
      if (payload !== stage) return;
      client.off('notification', listener);
      act();
    };
    client.on('notification', listener);
    return () => client.end().catch(() => undefined);
  }

  async restartPostgres(awayMilliseconds: number): Promise<void> {
    await this.postgres.stop();
    await pause(awayMilliseconds);
    await this.postgres.start();
  }

  /** It comes back empty. */
  async restartRedis(awayMilliseconds: number): Promise<void> {
    await this.redis?.stop();
    await pause(awayMilliseconds);
    this.redis = await startTestRedis(this.redisPort);
  }

  /** One number that a query answers. */
  async count(sql: string, values: readonly unknown[] = []): Promise<number> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return Number((await client.query(sql, [...values])).rows[0].count);
    } finally {
      await client.end();
    }
  }

  /** sha256 of the champion as a file, and how many backups there are. */
  files(): { readonly champion: string; readonly backups: number } {
    const bytes = readFileSync(join(this.system.home, `models/${model}.onnx`));
    const champion = createHash('sha256').update(bytes).digest('hex');
    const folder = join(this.system.home, 'models/backups');
    const names = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
    const backups = names.filter((name) => String(name).endsWith('.onnx')).length;
    return { champion, backups };
  }

  async close(): Promise<void> {
    this.disk?.free();
    await this.system.stop();
    await this.redis?.stop();
    await this.postgres.stop();
    this.disk?.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async watchStages(): Promise<void> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    await client.query(`
      CREATE FUNCTION tell_stage() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.stage IS DISTINCT FROM OLD.stage THEN PERFORM pg_notify('stage', NEW.stage); END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER tell_stage AFTER UPDATE ON training_runs FOR EACH ROW EXECUTE FUNCTION tell_stage();
    `);
    await client.end();
  }
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
