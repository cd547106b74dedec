import {
  PluginRegistry,
  SystemClock,
  builtinPlugin,
  defineModel,
  defineNotifier,
  defineTrainer,
  type Plugin,
} from '@retrain/core';
import { describeConfigStore } from '@retrain/core/testing';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../database/database.js';
import { migrate } from '../database/migrate.js';
import { PgEventLog } from '../database/pg-event-log.js';
import { PgSignals } from '../database/pg-signals.js';
import { PgUnitOfWork } from '../database/pg-unit-of-work.js';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { ConfigRevisions } from './config-revisions.js';
import { PgConfigStore } from './pg-config-store.js';
import { storages } from './storages.js';

const never = () => Promise.reject(new Error('not run here'));
const anything = (raw: object) => ({ ...raw }) as never;
const spec: Plugin = {
  name: 'spec',
  models: [
    defineModel({
      name: 'premier-league',
      description: 'spec',
      task: { kind: 'classification', classes: ['H', 'D', 'A'], ordered: true },
      schema: { features: [{ name: 'x', kind: 'numeric', drift: true }] },
      parseRecord: () => undefined,
      inputOf: () => ({ payload: {} }),
      outcomeOf: () => 'H',
      parseInput: () => ({ payload: {} }),
      createState: () => ({
        features: () => ({ values: [], warnings: [] }),
        observe: () => undefined,
        describe: () => ({}),
      }),
    }),
  ],
  trainers: [
    defineTrainer({
      name: 'softmax_regression',
      description: 'spec',
      tasks: ['classification'],
      parseOptions: anything,
      fit: never,
    }),
    defineTrainer({
      name: 'command',
      description: 'spec',
      tasks: ['classification'],
      runsPrograms: true,
      parseOptions: anything,
      fit: never,
    }),
  ],
  notifiers: [defineNotifier({ name: 'log', description: 'spec', parseOptions: anything, notify: never })],
};

describe('the configuration store', () => {
  let database: TestDatabase;
  let folder: string;
  let path: string;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    database = await createTestDatabase({ migrate });
    folder = mkdtempSync(join(tmpdir(), 'retrain-config-'));
    path = join(folder, 'retraining_config.yaml');
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A process of its own: its own connections, its own memory. */
  async function process(options: { environment?: Record<string, string>; required?: boolean } = {}) {
    const connection = await Database.open({ url: database.url, poolSize: 4 });
    const clock = new SystemClock();
    const events = new PgEventLog(connection, clock);
    const signals = new PgSignals(connection, database.url);
    const problems: string[] = [];
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: (facts: object) => void problems.push(JSON.stringify(facts)),
    };
    const store = new PgConfigStore({
      path,
      required: options.required ?? true,
      revisions: new ConfigRevisions(connection),
      unitOfWork: new PgUnitOfWork(connection),
      events,
      signals,
      clock,
      log,
      context: {
        registry: new PluginRegistry([builtinPlugin, spec]),
        storages,
        variable: (name) => options.environment?.[name],
      },
      pollMilliseconds: 50,
    });
    closing.push(async () => {
      await store.close();
      await signals.close();
      await connection.close();
    });
    return { store, events, problems };
  }

  const write = (yaml: string) => writeFileSync(path, yaml);
  /** As careful editors save: a new file renamed over the old one. */
  const replace = (yaml: string) => {
    writeFileSync(`${path}.new`, yaml);
    renameSync(`${path}.new`, path);
  };

  describeConfigStore('in Postgres', async () => {
    write('models:\n  premier-league: { seed: 7 }\n');
    const { store } = await process();
    await store.open();
    return { store, model: 'premier-league', close: () => undefined };
  });

  it('starts from the file and remembers where each value comes from', async () => {
    write('drift_threshold: 0.2\nmodels:\n  premier-league: { seed: 7 }\n');
    const { store, events } = await process();
    await store.open();
    const { revision, config, sources } = store.current();
    expect(revision).toBe(1);
    expect(config).toMatchObject({ drift_threshold: 0.2, min_new_predictions: 100 });
    expect(store.forModel('premier-league').seed).toBe(7);
    expect(sources).toMatchObject({ drift_threshold: 'file', models: 'file', seed: 'default' });
    expect(await events.after(0, 10)).toMatchObject([
      {
        type: 'config.changed',
        payload: { revision: 1, source: 'file', changes: { drift_threshold: { from: 0.1, to: 0.2 } } },
      },
    ]);
  });

  it('refuses to start with an invalid file, telling every problem', async () => {
    write('drift_treshold: 0.2\nseed: -1\nseed: 2\n');
    const { store } = await process();
    await expect(store.open()).rejects.toMatchObject({
      code: 'invalid_config',
      issues: [{ path: 'line 3, column 1', message: 'the key "seed" is there already' }],
    });
    write('drift_treshold: 0.2\nseed: -1\n');
    await expect(store.open()).rejects.toMatchObject({
      message: expect.stringMatching(
        /drift_treshold: .*did you mean "drift_threshold".*\nseed: must be a whole number/s,
      ),
    });
    expect(() => store.current()).toThrow(/not loaded/);
  });

  it('makes an edit of the file known to every process without a restart', async () => {
    write('drift_threshold: 0.2\n');
    const [one, other] = [await process(), await process()];
    await Promise.all([one.store.open(), other.store.open()]);
    const heard: number[] = [];
    other.store.onChange(({ config }) => heard.push(config.drift_threshold));
    replace('drift_threshold: 0.3\n');
    await until(() => [one, other].every(({ store }) => store.current().config.drift_threshold === 0.3));
    expect(one.store.current().revision).toBe(2);
    expect(heard).toEqual([0.3]);
    await sleep(200);
    expect((await one.store.revisions({ limit: 10 })).items).toMatchObject([
      { revision: 2, actor: 'system', source: 'file', changes: { drift_threshold: { from: 0.2, to: 0.3 } } },
      { revision: 1 },
    ]);
  });

  it('keeps the configuration when an edit is invalid, says why once, and takes the next good one', async () => {
    write('drift_threshold: 0.2\n');
    const [one, other] = [await process(), await process()];
    await one.store.open();
    await other.store.open();
    write('drift_threshold: 2\nmin_dayz: 3\n');
    await until(() => [one, other].every(({ problems }) => problems.length > 0));
    expect(one.problems[0]).toContain('drift_threshold: must be a number from 0 to 1');
    expect(one.problems[0]).toContain('min_dayz: is not a known key');
    expect(one.store.current()).toMatchObject({ revision: 1, config: { drift_threshold: 0.2 } });
    await sleep(200);
    const rejected = await one.events.after(0, 10, { types: ['config.rejected'] });
    expect(rejected.length).toBeGreaterThanOrEqual(1);
    expect(rejected[0]).toMatchObject({ payload: { issues: [{ path: 'min_dayz' }, { path: 'drift_threshold' }] } });
    expect(one.problems).toHaveLength(1);
    write('drift_threshold: 0.4\n');
    await until(() => one.store.current().config.drift_threshold === 0.4);
  });

  it('keeps values set through the API over restarts, until somebody edits that very key', async () => {
    write('drift_threshold: 0.2\nseed: 1\n');
    const first = await process();
    await first.store.open();
    await first.store.update({ drift_threshold: 0.5, min_new_predictions: 50 }, 'key:ops');
    expect(first.store.current().sources).toMatchObject({
      drift_threshold: 'api',
      min_new_predictions: 'api',
      seed: 'file',
    });

    write('drift_threshold: 0.2\nseed: 2\n');
    const second = await process();
    await second.store.open();
    expect(second.store.current().config).toMatchObject({ drift_threshold: 0.5, min_new_predictions: 50, seed: 2 });

    write('drift_threshold: 0.25\nseed: 2\n');
    const third = await process();
    await third.store.open();
    expect(third.store.current().config).toMatchObject({ drift_threshold: 0.25, min_new_predictions: 50, seed: 2 });
    expect(third.store.current().sources).toMatchObject({ drift_threshold: 'file', min_new_predictions: 'api' });
  });

  it('starts from defaults without a file, and keeps what was in force when the file is gone', async () => {
    const first = await process({ required: false });
    await first.store.open();
    expect(first.store.current()).toMatchObject({ revision: 1, config: { drift_threshold: 0.1 } });
    write('drift_threshold: 0.2\n');
    await until(() => first.store.current().config.drift_threshold === 0.2);
    rmSync(path);
    const second = await process({ required: false });
    await second.store.open();
    expect(second.store.current()).toMatchObject({ revision: 2, config: { drift_threshold: 0.2 } });
    const demanding = await process();
    await expect(demanding.store.open()).rejects.toThrow(/does not exist/);
  });

  it('makes an update known to every process, and loses none of several at once', async () => {
    write('{}\n');
    const [one, other] = [await process(), await process()];
    await one.store.open();
    await other.store.open();
    await Promise.all([
      one.store.update({ drift_threshold: 0.2 }, 'api'),
      other.store.update({ seed: 5 }, 'api'),
      one.store.update({ models: { 'premier-league': { min_new_predictions: 10 } } }, 'api'),
      other.store.update({ evaluation: { blocks: 7 } }, 'api'),
    ]);
    const wanted = { drift_threshold: 0.2, seed: 5, evaluation: { blocks: 7 } };
    await until(() => [one, other].every(({ store }) => store.current().revision === 5));
    for (const { store } of [one, other]) {
      expect(store.current().config).toMatchObject(wanted);
      expect(store.forModel('premier-league').min_new_predictions).toBe(10);
    }
  });

  it('refuses an update whole, with every problem', async () => {
    write('{}\n');
    const { store } = await process();
    await store.open();
    const issuesOf = (patch: object) =>
      store.update({ ...patch }, 'api').then(
        () => [],
        (error: { issues: { path: string }[] }) => error.issues.map(({ path }) => path),
      );
    expect(await issuesOf({ seed: 'x', drift_threshold: 5 })).toEqual(['drift_threshold', 'seed']);
    expect(await issuesOf({ sead: 1, plugins: ['evil'], api_keys: [{ name: 'me', sha256: 'a'.repeat(64) }] })).toEqual([
      'sead',
      'plugins',
      'api_keys',
    ]);
    expect(await issuesOf({ deployment: { approvals: { quorum: 2 } } })).toEqual(['deployment.approvals']);
    expect(await issuesOf({ max_days_without_retraining: 5 })).toEqual(['max_days_without_retraining']);
    expect(store.current().revision).toBe(1);
  });

  it('puts a key back to its default, and takes back what it shows', async () => {
    write('drift_threshold: 0.2\napi_keys: [{ name: ci, sha256: ' + 'b'.repeat(64) + ' }]\n');
    const { store } = await process();
    await store.open();
    expect(await store.update({ ...store.current().shown }, 'api')).toMatchObject({ revision: 1 });
    const { config, sources } = await store.update({ drift_threshold: null }, 'api');
    expect(config.drift_threshold).toBe(0.1);
    expect(sources.drift_threshold).toBe('default');
    expect(config.api_keys[0]!.sha256).toBe('b'.repeat(64));
    expect(JSON.stringify(store.current().shown)).not.toContain('bbbb');
  });

  it('stores, shows and logs the name of a secret, never its value', async () => {
    write('training_data_path: ${DATA}/x.csv\nnotifications: [{ use: log, with: { token: "${TOKEN}" } }]\n');
    const { store, events } = await process({ environment: { DATA: '/srv/t0ps3cret', TOKEN: 't0ps3cret' } });
    await store.open();
    expect(store.current().config.training_data_path).toBe('/srv/t0ps3cret/x.csv');
    const everything = [store.current().shown, await store.revisions({ limit: 9 }), await events.after(0, 9)];
    expect(JSON.stringify(everything)).not.toContain('t0ps3cret');
    const connection = await Database.open({ url: database.url, poolSize: 1 });
    const { rows } = await connection.query('SELECT * FROM config_revisions');
    await connection.close();
    expect(JSON.stringify(rows)).not.toContain('t0ps3cret');
  });

  it('lets the API use no variable of the environment that the file does not use', async () => {
    write('notifications: [{ use: log, with: { token: "${TOKEN}" } }]\n');
    const environment = { TOKEN: 't0ps3cret', DATABASE_URL: 'postgres://me:t0ps3cret@h/d' };
    const { store } = await process({ environment });
    await store.open();
    const leak = { notifications: [{ use: 'log', with: { token: '${DATABASE_URL}' } }] };
    await expect(store.update(leak, 'api')).rejects.toMatchObject({
      issues: [{ path: 'notifications', message: expect.stringContaining('${DATABASE_URL}') }],
    });
    const told = { notifications: [{ use: 'log', on: ['run.failed'], with: { token: '${TOKEN}' } }] };
    expect(await store.update(told, 'api')).toMatchObject({ revision: 2 });
  });

  it('lets the API choose no program that the file does not run', async () => {
    write('trainers: [softmax_regression, { use: command, with: { command: [./fit] } }]\n');
    const { store } = await process();
    await store.open();
    const other = [{ use: 'command', with: { command: ['rm', '-rf', '/'] } }];
    const patches = [
      { trainers: other },
      { models: { 'premier-league': { trainers: ['softmax_regression', ...other] } } },
    ];
    for (const patch of patches) {
      await expect(store.update(patch, 'api')).rejects.toMatchObject({
        issues: [{ path: Object.keys(patch)[0], message: expect.stringContaining('runs programs') as string }],
      });
    }
    const known = [{ use: 'command', with: { command: ['./fit'] } }];
    const { config } = await store.update({ trainers: known }, 'api');
    expect(config.trainers).toEqual(known);
  });

  it('reads its revisions page by page', async () => {
    write('{}\n');
    const { store } = await process();
    await store.open();
    for (const seed of [1, 2, 3]) await store.update({ seed }, 'api');
    const first = await store.revisions({ limit: 3 });
    expect(first.items.map(({ revision }) => revision)).toEqual([4, 3, 2]);
    const second = await store.revisions({ limit: 3, cursor: first.nextCursor });
    expect(second.items.map(({ revision }) => revision)).toEqual([1]);
    expect(second.nextCursor).toBeUndefined();
  });
});

async function until(condition: () => boolean, seconds = 8): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it never came to pass');
    await sleep(25);
  }
}
