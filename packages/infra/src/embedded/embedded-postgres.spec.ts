import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { printed, spawnSource } from '../testing/spawn-source.js';
import { EmbeddedPostgres, ensureDatabase } from './embedded-postgres.js';
import { isPostgres, parsePostmaster } from './postmaster.js';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Waits until no Postgres has the pid: it is nobody's child here, so that nothing tells of its end. */
async function gone(pid: number): Promise<void> {
  while (isPostgres(pid)) await sleep(10);
}

describe('an embedded Postgres', () => {
  let folder: string;
  let dataDir: string;
  const started: EmbeddedPostgres[] = [];

  function postgres(port?: number): EmbeddedPostgres {
    const server = new EmbeddedPostgres({
      dataDir,
      settings: { fsync: 'off' },
      ...(port === undefined ? {} : { port }),
    });
    started.push(server);
    return server;
  }

  const pidOf = () => parsePostmaster(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'))?.pid ?? 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'retrain-embedded-'));
    dataDir = join(folder, 'data');
  });

  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps its data over a stop and a start', async () => {
    const first = postgres();
    const url = await ensureDatabase(await first.start(), 'kept');
    await query(url, 'CREATE TABLE seen AS SELECT 42 AS answer');
    const pid = pidOf();
    await first.stop();
    expect(isPostgres(pid)).toBe(false);

    const again = await ensureDatabase(await postgres().start(), 'kept');
    expect(await query(again, 'SELECT answer FROM seen')).toEqual([{ answer: 42 }]);
  });

  it('asks for its password', async () => {
    const url = new URL(await postgres().start());
    url.password = 'guess';
    await expect(query(`${url.href}/postgres`, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it('takes over a Postgres that still serves the folder', async () => {
    const first = await postgres().start();
    const pid = pidOf();
    expect(await postgres().start()).toBe(first);
    expect(pidOf()).toBe(pid);
  });

  it.each([
    ['of another program', () => process.pid],
    ['of nobody', () => 4_000_000],
  ])('starts over a pid file with the pid %s', async (_, pid) => {
    const first = postgres();
    await first.start();
    const text = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8');
    await first.stop();
    writeFileSync(join(dataDir, 'postmaster.pid'), text.replace(/^\d+/, String(pid())));

    const url = await postgres().start();
    expect(await query(`${url}/postgres`, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('comes back on the same port after the kill of its postmaster', async () => {
    const server = postgres();
    const before = await server.start();
    const pid = pidOf();
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    expect(server.isRunning()).toBe(false);

    const url = await server.start();
    expect(url).toBe(before);
    expect(server.isRunning()).toBe(true);
    expect(await query(`${url}/postgres`, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('names a busy port', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(postgres(port).start()).rejects.toThrow(`Port ${port} of 127.0.0.1`);
    await new Promise((resolve) => server.close(resolve));
  });

  it('stops when its starter is killed', async () => {
    const starter = spawnSource(join(import.meta.dirname, '../testing/process/postgres-starter.ts'), [dataDir]);
    await printed(starter, 'started');
    const pid = pidOf();
    expect(isPostgres(pid)).toBe(true);
    starter.kill('SIGKILL');
    await gone(pid);
    expect(isPostgres(pid)).toBe(false);
  });
});
