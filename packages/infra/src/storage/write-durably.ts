import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { unavailable } from '@retrain/core';

/** Names of the temporary files that writing durably makes. */
export const temporaryFile = /^\.[0-9a-f]{16}\.tmp$/;

/**
 * Writes a file so that others see either nothing (or what was there before) or all of it, also after a power cut:
 * temporary file beside it, fsync, rename, fsync of the folder. Missing folders are made.
 *
 * Rejects with `storage_full` or `storage_unavailable`; what was half written is removed.
 */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await writeAndSync(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw storageRefusal(error, path);
  }
  await syncFolder(folder);
}

/** What a failed file operation means to the domain; errors that no disk makes come back as they are. */
export function storageRefusal(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const told = `The disk of ${shown(path)} is full: nothing was stored. Free some space and try again.`;
    return Object.assign(unavailable('storage_full', told), { cause: error });
  }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
    const told = `${shown(path)} cannot be reached now (${code}): check that the folder exists and may be read and written.`;
    return Object.assign(unavailable('storage_unavailable', told), { cause: error });
  }
  return error;
}

/** As seen from the project; outside of it only the name, as clients read it too. */
function shown(path: string): string {
  const inside = relative(process.cwd(), path);
  return inside === '' || inside.startsWith('..') ? basename(path) : inside;
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename survive a power cut, where the file system knows how to sync folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
