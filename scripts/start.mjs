import { join } from 'node:path';
import { build } from './setup/build.mjs';
import { SetupError } from './setup/command.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { root } from './setup/root.mjs';
import { apps } from './start/apps.mjs';
import { banner } from './start/banner.mjs';
import { holdDataFolder } from './start/data-folder.mjs';
import { migrate, openDatabase } from './start/database.mjs';
import { watchNpm } from './start/npm-parent.mjs';
import { requireFreePorts } from './start/ports.mjs';
import { answers } from './start/readiness.mjs';
import { Supervised } from './start/supervisor.mjs';

// Everything from a fresh clone to a running system, and back: `npm start`, Ctrl+C.
const startedAt = Date.now();
const host = process.env.HOST || '127.0.0.1';
const dataFolder = process.env.RETRAIN_DATA_DIR || join(root, '.retrain');
const leaving = new AbortController();
const running = [];
let database;
let releaseDataFolder;

async function start() {
  await requireFreePorts(apps, host);
  releaseDataFolder = holdDataFolder(dataFolder);
  ensureInstalled();
  build();
  if (leaving.signal.aborted) return;
  database = await openDatabase(dataFolder);
  migrate(database.url);
  const env = { DATABASE_URL: database.url, RETRAIN_DATA_DIR: dataFolder, HOST: host };
  for (const app of apps) {
    if (leaving.signal.aborted) return;
    const supervised = new Supervised(app, env, (reason) => void stop(reason));
    running.push(supervised);
    supervised.start();
  }
  const address = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${apps[0].port}`;
  if (await answers(`${address}/health/ready`, leaving.signal)) {
    for (const supervised of running) supervised.proven = true;
    const seconds = (Date.now() - startedAt) / 1000;
    console.log(banner(address, { database: database.about, dataFolder, seconds }));
  }
}

/** Ends the apps, then the database; with a reason it ends as a failure. */
async function stop(failure) {
  if (leaving.signal.aborted) return;
  leaving.abort();
  console.log(failure ? `\n${failure}` : '\nStopping …');
  await starting.catch(() => undefined);
  await Promise.all(running.map((supervised) => supervised.stop()));
  await database?.stop();
  releaseDataFolder?.();
  process.exit(failure ? 1 : 0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());
watchNpm(() => void stop());

const starting = start();
starting.catch((error) => stop(error instanceof SetupError ? error.message : String(error?.stack ?? error)));
