import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './is-alive.js';

const NAME = /^retrain-fit-(\d+)-/;

let swept = false;

/** A new folder for the temporary files of one fit; folders of hosts that died are removed on the first call. */
export function makeFittingFolder(): string {
  if (!swept) sweep(tmpdir());
  swept = true;
  return mkdtempSync(join(tmpdir(), `retrain-fit-${process.pid}-`));
}

/** Removes the folder with everything in it. */
export function removeFittingFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const host = Number(NAME.exec(name)?.[1] ?? process.pid);
    if (!isAlive(host)) removeFittingFolder(join(parent, name));
  }
}
