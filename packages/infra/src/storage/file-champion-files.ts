import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ChampionFiles, backupName, bundlePathOf, isBackupOf, type BackupRequest } from '@retrain/core';
import { readIfThere } from './read-if-there.js';
import { storageRefusal, writeDurably } from './write-durably.js';

/** The champion's file and its backups on disk. Relative paths are taken from `home`; answers keep the paths as given. */
export class FileChampionFiles extends ChampionFiles {
  constructor(private readonly home: string) {
    super();
  }

  async publish(modelPath: string, artifact: Uint8Array): Promise<boolean> {
    const path = resolve(this.home, modelPath);
    if (sameBytes(await readIfThere(path), artifact)) return false;
    await writeDurably(path, artifact);
    return true;
  }

  async backup({ modelPath, backupDir, artifact, bundle, triggers, at }: BackupRequest): Promise<string> {
    for (let n = 1; ; n++) {
      const path = join(backupDir, backupName(modelPath, at, triggers, n));
      const present = await readIfThere(resolve(this.home, path));
      if (present && !sameBytes(present, artifact)) continue;
      // The bundle first: a backup that is there is complete.
      await this.writeBundle(resolve(this.home, bundlePathOf(path)), bundle);
      if (!present) await writeDurably(resolve(this.home, path), artifact);
      return path;
    }
  }

  async prune(backupDir: string, modelPath: string, keep: number): Promise<readonly string[]> {
    const names = await this.namesIn(backupDir);
    const backups = names.filter((name) => isBackupOf(modelPath, name)).sort();
    // Names of one model sort by their time.
    const oldest = backups.slice(0, Math.max(0, backups.length - keep));
    const deleted = oldest.flatMap((name) => [name, bundlePathOf(name)]).filter((name) => names.includes(name));
    const paths = deleted.map((name) => join(backupDir, name));
    for (const path of paths) await rm(resolve(this.home, path), { force: true });
    return paths;
  }

  private async writeBundle(path: string, bundle: BackupRequest['bundle']): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(bundle, undefined, 2)}\n`);
    if (!sameBytes(await readIfThere(path), bytes)) await writeDurably(path, bytes);
  }

  private async namesIn(folder: string): Promise<readonly string[]> {
    try {
      return await readdir(resolve(this.home, folder));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw storageRefusal(error, folder);
    }
  }
}

function sameBytes(present: Uint8Array | undefined, wanted: Uint8Array): boolean {
  return present !== undefined && Buffer.compare(present, wanted) === 0;
}
