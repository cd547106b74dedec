import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomIds, SystemClock, type Signal } from '@retrain/core';
import { aPrediction, aRun, eventually, pause } from '@retrain/core/testing';
import { EmbeddedPostgres, ensureDatabase } from '../embedded/embedded-postgres.js';
import { freePort } from '../embedded/free-port.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { pgAdapters } from './pg-adapters.js';

const unavailable = { kind: 'unavailable', code: 'database_unavailable' };

describe('a server that goes away and comes back', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let database: Database;
  let adapters: ReturnType<typeof pgAdapters>;

  const insert = () => adapters.predictions.insert([aPrediction()]);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retrain-resilience-'));
    server = new EmbeddedPostgres({ dataDir: join(folder, 'data'), port: await freePort() });
    const url = await ensureDatabase(await server.start(), 'retrain');
    await migrate(url);
    database = await Database.open({ url, poolSize: 4 });
    adapters = pgAdapters(database, url, new SystemClock(), new RandomIds());
    await adapters.models.ensure('coin', 'coin');
  }, 30_000);

  afterAll(async () => {
    await adapters.signals.close();
    await database.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('costs refusals while it is away, and nothing afterwards', async () => {
    await insert();
    // Idle connections lie in the pool when the server ends them.
    await Promise.all(Array.from({ length: 4 }, () => adapters.models.list()));
    await server.stop();
    await expect(insert()).rejects.toMatchObject(unavailable);
    await expect(adapters.runs.insert(aRun())).rejects.toMatchObject(unavailable);
    await expect(adapters.unitOfWork.transaction(() => adapters.models.list())).rejects.toMatchObject(unavailable);
    await server.start();
    await Promise.all(Array.from({ length: 20 }, insert));
    expect(await adapters.predictions.countSince('coin', 0)).toBe(21);
  }, 30_000);

  it('rolls back the unit of work that it interrupts', async () => {
    const run = aRun();
    const interrupted = adapters.unitOfWork.transaction(async () => {
      await adapters.runs.insert(run);
      await server.stop();
      await server.start();
      await adapters.runs.find(run.id);
    });
    await expect(interrupted).rejects.toMatchObject(unavailable);
    expect(await adapters.runs.find(run.id)).toBeUndefined();
    expect(await adapters.runs.insert(aRun())).toBeDefined();
  }, 30_000);

  it('ends a unit of work that hangs, so that others may go on', async () => {
    const hanging = adapters.unitOfWork.transaction(async () => {
      await adapters.records.save([{ model: 'coin', key: 'a', occurredAt: new Date(0), payload: {} }]);
      await database.query(`SET LOCAL idle_in_transaction_session_timeout = '50ms'`);
      await pause(200);
      await adapters.models.list();
    });
    const other = adapters.records.save([{ model: 'coin', key: 'b', occurredAt: new Date(0), payload: {} }]);
    await expect(hanging).rejects.toMatchObject(unavailable);
    expect(await other).toEqual(['b']);
    expect(await adapters.records.count('coin')).toBe(1);
    const { rows } = await database.query(
      `SELECT current_setting('lock_timeout') AS lock, current_setting('idle_in_transaction_session_timeout') AS idle`,
    );
    expect(rows).toEqual([{ lock: '20s', idle: '30s' }]);
  }, 30_000);

  it('never loses a prediction that was answered', async () => {
    const answered: string[] = [];
    let stopped = false;
    const callers = Array.from({ length: 8 }, async () => {
      while (!stopped) {
        const prediction = aPrediction();
        const ok = await adapters.predictions.insert([prediction]).then(
          () => true,
          () => false,
        );
        if (ok) answered.push(prediction.id);
        else await pause(20);
      }
    });
    await eventually(() => answered.length > 50);
    await server.stop();
    await server.start();
    const before = answered.length;
    await eventually(() => answered.length > before + 50);
    stopped = true;
    await Promise.all(callers);
    expect(await adapters.predictions.withIds('coin', answered)).toHaveLength(answered.length);
  }, 30_000);

  it('wakes listeners for everything they may have missed', async () => {
    const heard: Signal[] = [];
    adapters.signals.listen((signal) => heard.push(signal));
    await eventually(async () => {
      await adapters.signals.send({ kind: 'config_changed' });
      return heard.length > 0;
    });
    heard.length = 0;
    await server.stop();
    await server.start();
    await eventually(() => heard.length >= 4);
    expect(heard).toEqual(
      expect.arrayContaining([
        { kind: 'config_changed' },
        { kind: 'event_appended' },
        { kind: 'champion_moved', model: 'coin' },
        { kind: 'records_added', model: 'coin' },
      ]),
    );
    heard.length = 0;
    await adapters.signals.send({ kind: 'champion_moved', model: 'coin' });
    await eventually(() => heard.length > 0);
    expect(heard).toEqual([{ kind: 'champion_moved', model: 'coin' }]);
  }, 30_000);
});

describe('Database.open', () => {
  it('says that the database is away when nobody answers', async () => {
    const url = `postgres://nobody:x@127.0.0.1:${await freePort()}/none`;
    await expect(Database.open({ url, waitSeconds: 0 })).rejects.toMatchObject(unavailable);
  });
});
