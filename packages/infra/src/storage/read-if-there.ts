import { readFile } from 'node:fs/promises';
import { storageRefusal } from './write-durably.js';

/** Bytes of a file; undefined when there is none. Rejects with `storage_unavailable` when it cannot be read. */
export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageRefusal(error, path);
  }
}
