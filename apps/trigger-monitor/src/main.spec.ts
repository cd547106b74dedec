import { EmbeddedPostgres, ensureDatabase, freePort, migrate, migrateQueue } from '@retrain/infra';
import { sourceArguments } from '@retrain/infra/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const nowhere = 'postgres://retrain:pw@127.0.0.1:1/retrain';

describe('the trigger monitor as a process', () => {
  let home: string;
  let port: number;
  const running: ChildProcess[] = [];

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'retrain-monitor-'));
    port = await freePort();
  });

  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });

  function start(env: Record<string, string>) {
    const child = spawn(process.execPath, sourceArguments(join(import.meta.dirname, 'main.ts')), {
      env: { ...process.env, NODE_OPTIONS: '', RETRAIN_HOME: home, PORT: String(port), REDIS_URL: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    running.push(child);
    let told = '';
    child.stdout?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { child, exit, told: () => told };
  }

  const probe = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    return response && { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  /** The first answer of the readiness probe that satisfies the condition. */
  async function ready(condition: (status: number, text: string) => boolean, seconds = 30): Promise<string> {
    const end = Date.now() + seconds * 1000;
    for (let last = 'nothing'; ; await sleep(100)) {
      const answer = await probe('/health/ready');
      last = JSON.stringify(answer ?? last);
      if (answer && condition(answer.status, last)) return last;
      if (Date.now() > end) throw new Error(`not within ${seconds} s; the last answer was ${last}`);
    }
  }

  it('waits for its database, is not ready without it, and recovers; ends on SIGTERM', async () => {
    const options = { dataDir: join(home, 'data'), port: await freePort(), settings: { fsync: 'off' } };
    let postgres = new EmbeddedPostgres(options);
    const url = await ensureDatabase(await postgres.start(), 'retrain');
    await postgres.stop();
    try {
      const { child, exit } = start({ DATABASE_URL: url });
      await ready((status, text) => status === 503 && text.includes('waits for the database'));
      expect(await probe('/health/live')).toMatchObject({ status: 200 });
      expect(await probe('/elsewhere')).toMatchObject({ status: 503, body: { title: 'Not ready' } });

      postgres = new EmbeddedPostgres(options);
      await postgres.start();
      await ready((status, text) => status === 503 && text.includes('lacks'));
      await migrate(url);
      await migrateQueue({ backend: 'postgres', databaseUrl: url });
      await ready((status) => status === 200);

      await postgres.stop();
      const away = JSON.parse(await ready((status) => status === 503)) as { body: { checks: Record<string, string> } };
      expect(away.body.checks['database']).not.toBe('ok');
      expect(child.exitCode).toBeNull();
      postgres = new EmbeddedPostgres(options);
      await postgres.start();
      await ready((status) => status === 200);

      child.kill('SIGTERM');
      expect(await exit).toBe(0);
    } finally {
      await postgres.stop();
    }
  }, 90_000);

  it('ends while it waits, when it is told to or its parent is gone', async () => {
    const { child, exit } = start({ DATABASE_URL: nowhere });
    const orphan = start({ DATABASE_URL: nowhere, PORT: String(await freePort()) });
    await ready((status) => status === 503);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    while (!orphan.told().includes('waiting for the database')) await sleep(100);
    orphan.child.disconnect();
    expect(await orphan.exit).toBe(0);
  }, 60_000);

  it('refuses an environment that does not fit, naming every problem, with the code for "do not start me again"', async () => {
    const { exit, told } = start({ DATABASE_URL: 'mysql://me:t0ps3cret@h/d', LOG_LEVEL: 'loud' });
    expect(await exit).toBe(78);
    expect(told()).toMatch(/DATABASE_URL must be postgres:.*LOG_LEVEL must be one of/);
    expect(told()).not.toContain('t0ps3cret');
  }, 30_000);

  it('names the port that somebody else listens on', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const { exit, told } = start({ DATABASE_URL: nowhere, PORT: String((other.address() as AddressInfo).port) });
    expect(await exit).toBe(1);
    expect(told()).toContain(`Port ${port} of 127.0.0.1 is in use`);
    await new Promise((resolve) => other.close(resolve));
  }, 30_000);

  it('refuses an invalid configuration with every problem', async () => {
    mkdirSync(join(home, 'config'));
    writeFileSync(join(home, 'config', 'retraining_config.yaml'), 'drift_treshold: 0.2\ntriggers: [moon_phase]\n');
    const postgres = new EmbeddedPostgres({ dataDir: join(home, 'data'), settings: { fsync: 'off' } });
    const url = await ensureDatabase(await postgres.start(), 'retrain');
    try {
      await migrate(url);
      const { exit, told } = start({ DATABASE_URL: url });
      expect(await exit).toBe(78);
      expect(told()).toMatch(/drift_treshold: is not a known key; did you mean "drift_threshold"\?/);
      expect(told()).toMatch(/triggers\.0\.use: is not the name of a trigger; known: performance_degradation/);
    } finally {
      await postgres.stop();
    }
  }, 60_000);
});
