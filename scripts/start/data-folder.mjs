import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../setup/command.mjs';

/**
 * Takes the data folder for this process and answers how to give it back.
 *
 * Two starts on one folder would share its Postgres, and the first to end would stop it under the other.
 */
export function holdDataFolder(folder) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'start.pid');
  const holder = holderOf(path);
  if (holder !== undefined && holder !== process.pid && isStart(holder)) {
    throw new SetupError(
      `retrain is running on ${folder} already (process ${holder}). Stop it, or choose another folder: RETRAIN_DATA_DIR=… npm start`,
    );
  }
  writeFileSync(path, String(process.pid));
  return () => {
    if (holderOf(path) === process.pid) rmSync(path, { force: true });
  };
}

function holderOf(path) {
  try {
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process is alive and a start like this one: a number may have gone to another program since. */
function isStart(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.mjs');
  } catch {
    // Where there is no /proc, a live process is taken for one of ours.
    return process.platform !== 'linux';
  }
}
