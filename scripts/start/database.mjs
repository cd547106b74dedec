import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { run } from '../setup/command.mjs';
import { root } from '../setup/root.mjs';
import { say } from './log.mjs';

const infra = join(root, 'packages', 'infra', 'dist');

/**
 * The Postgres that DATABASE_URL names, or one of our own below the data folder, kept running.
 *
 * Answers its address, a few words about it for people, and how to stop it.
 */
export async function openDatabase(dataFolder) {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, about: new URL(given).host, stop: async () => undefined };
  const { EmbeddedPostgres, ensureDatabase } = await import(moduleUrl('embedded', 'embedded-postgres.js'));
  const port = process.env.POSTGRES_PORT ? { port: Number(process.env.POSTGRES_PORT) } : {};
  const postgres = new EmbeddedPostgres({ dataDir: join(dataFolder, 'postgres'), ...port });
  const url = await ensureDatabase(await postgres.start(), 'retrain');
  const watch = new AbortController();
  const watching = keepRunning(postgres, watch.signal);
  return {
    url,
    about: `embedded Postgres on 127.0.0.1:${new URL(url).port}`,
    stop: async () => {
      watch.abort();
      await watching;
      await postgres.stop();
    },
  };
}

/** Brings the tables of the product and of the job queue up to date. */
export function migrate(databaseUrl) {
  run('The migration', process.execPath, [join(infra, 'migrate.js')], { DATABASE_URL: databaseUrl });
}

async function keepRunning(postgres, signal) {
  while (await sleep(1000, true, { signal }).catch(() => false)) {
    if (postgres.isRunning()) continue;
    say('postgres', 'ended; starting it again');
    await postgres.start().catch((error) => say('postgres', error.message));
  }
}

function moduleUrl(...path) {
  return pathToFileURL(join(infra, ...path)).href;
}
