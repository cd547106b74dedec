import { messageOf } from '@retrain/core';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDataSource } from '../database/data-source.js';
import { Database } from '../database/database.js';

const firstPause = 500;
const longestPause = 5_000;

export interface OpenDatabaseOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly signal: AbortSignal;
  /** Told whenever the reason to wait is another one. */
  onWait(reason: string): void;
}

/** Connects to a database that has every table, waiting as long as it takes. Rejects when the signal aborts. */
export async function openDatabase({ url, applicationName, signal, onWait }: OpenDatabaseOptions): Promise<Database> {
  let told: string | undefined;
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    signal.throwIfAborted();
    try {
      return await openMigrated(url, applicationName);
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== told) onWait(reason);
      told = reason;
    }
    await sleep(pause, undefined, { signal });
  }
}

async function openMigrated(url: string, applicationName: string): Promise<Database> {
  const database = await Database.open({ url, applicationName, waitSeconds: 0 });
  try {
    const missing = await missingMigrations(database, url);
    if (missing.length === 0) return database;
    throw new Error(`The database lacks ${missing.length} migration(s); run the migration: npm start does.`);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function missingMigrations(database: Database, url: string): Promise<readonly string[]> {
  const { options } = createDataSource({ url });
  const names = (options.migrations as readonly { name: string }[]).map(({ name }) => name);
  const table = await database.query<{ found: boolean }>(`SELECT to_regclass('migrations') IS NOT NULL AS found`);
  if (!table.rows[0]?.found) return names;
  const { rows } = await database.query<{ name: string }>('SELECT name FROM migrations');
  return names.filter((name) => !rows.some((row) => row.name === name));
}
