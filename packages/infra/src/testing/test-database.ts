import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../database/migrate.js';
import { EmbeddedPostgres, ensureDatabase } from '../embedded/embedded-postgres.js';
import { withFileLock } from './file-lock.js';

export interface TestDatabase {
  /** `postgres://user:password@127.0.0.1:port/name` */
  readonly url: string;
  /** Removes the database, ending whatever sessions are left on it. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Name of the migrated database that is copied; give another one when `migrate` is another. Default `migrated`. */
  readonly template?: string;
  /** Brings an empty database to its schema and closes its connections; called once per test run and template. */
  readonly migrate?: (url: string) => Promise<void>;
}

/**
 * A database of a spec's own, in a Postgres that all specs of a test run share.
 *
 * The first caller of the run starts the server (0.5 s), the run's tear-down stops it. A migrated database is a copy
 * of a template (some 30 ms).
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = await testServer();
  const name = `spec_${randomBytes(6).toString('hex')}`;
  const template = options.migrate && (await migratedTemplate(server, options.template ?? 'migrated', options.migrate));
  await administer(server, `CREATE DATABASE ${name}${template ? ` TEMPLATE ${pg.escapeIdentifier(template)}` : ''}`);
  return {
    url: `${server}/${name}`,
    drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** A test database with the product's tables. */
export function createMigratedDatabase(): Promise<TestDatabase> {
  return createTestDatabase({ template: 'migrated', migrate });
}

function runFolder(): string {
  const folder = process.env['RETRAIN_TEST_RUN'];
  if (!folder)
    throw new Error('RETRAIN_TEST_RUN is not set: test databases need the global set-up of jest.config.mjs.');
  return folder;
}

function testServer(): Promise<string> {
  const folder = runFolder();
  const address = join(folder, 'address');
  return withFileLock(join(folder, 'server.lock'), async () => {
    if (existsSync(address)) return readFileSync(address, 'utf8');
    // Unguarded: Jest's workers come and go, the server stays until the run's tear-down.
    const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
    const url = await new EmbeddedPostgres({ dataDir: join(folder, 'data'), guarded: false, settings }).start();
    writeFileSync(address, url);
    return url;
  });
}

function migratedTemplate(server: string, template: string, migrate: (url: string) => Promise<void>): Promise<string> {
  const done = join(runFolder(), `${template}.migrated`);
  return withFileLock(join(runFolder(), `${template}.lock`), async () => {
    if (existsSync(done)) return template;
    await migrate(await ensureDatabase(server, template));
    writeFileSync(done, '');
    return template;
  });
}

async function administer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
