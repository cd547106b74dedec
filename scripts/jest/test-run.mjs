import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const prefix = 'retrain-test-run-';

/** Stops the Postgres that a test run started, if it did, and removes the run's folder. */
export async function clearTestRun(folder) {
  const pid = postmasterOf(folder);
  if (pid && signal(pid, 'SIGINT')) {
    for (let i = 0; i < 500 && signal(pid, 0); i++) await sleep(10);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Clears the folders of runs whose process is gone: a killed run could not do it itself. */
export async function sweepAbandonedRuns() {
  for (const name of readdirSync(tmpdir())) {
    const [, owner] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    if (owner && !signal(Number(owner), 0)) await clearTestRun(join(tmpdir(), name));
  }
}

function postmasterOf(folder) {
  try {
    return Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
