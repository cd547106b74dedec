import { mkdirSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceSeconds = 60;

/** Runs `work` while no other process of the test run holds the lock; the lock is a folder at `path`. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const end = Date.now() + patienceSeconds * 1000;
  while (!take(path)) {
    if (Date.now() > end) throw new Error(`The lock ${path} was not free within ${patienceSeconds} s.`);
    await sleep(20);
  }
  try {
    return await work();
  } finally {
    rmdirSync(path);
  }
}

function take(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
