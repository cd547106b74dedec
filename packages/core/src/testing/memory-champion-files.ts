import { join, dirname, basename } from 'node:path';
import { backupName, bundlePathOf, isBackupOf } from '../deployment/backup-name.js';
import { ChampionFiles, type BackupRequest } from '../deployment/champion-files.port.js';

export class MemoryChampionFiles extends ChampionFiles {
  /** Bytes by path. */
  readonly files = new Map<string, Uint8Array>();

  async publish(modelPath: string, artifact: Uint8Array): Promise<boolean> {
    if (this.files.has(modelPath) && !this.holdsOther(modelPath, artifact)) return false;
    this.files.set(modelPath, artifact.slice());
    return true;
  }

  async backup({ modelPath, backupDir, artifact, bundle, triggers, at }: BackupRequest): Promise<string> {
    let path = join(backupDir, backupName(modelPath, at, triggers));
    for (let n = 2; this.holdsOther(path, artifact); n++) {
      path = join(backupDir, backupName(modelPath, at, triggers, n));
    }
    this.files.set(path, artifact.slice());
    this.files.set(bundlePathOf(path), new TextEncoder().encode(JSON.stringify(bundle)));
    return path;
  }

  async prune(backupDir: string, modelPath: string, keep: number): Promise<readonly string[]> {
    const backups = [...this.files.keys()]
      .filter((path) => dirname(path) === join(backupDir) && isBackupOf(modelPath, basename(path)))
      .sort()
      .reverse();
    const deleted = backups.slice(keep).flatMap((path) => [path, bundlePathOf(path)]);
    for (const path of deleted) this.files.delete(path);
    return deleted;
  }

  private holdsOther(path: string, bytes: Uint8Array): boolean {
    const found = this.files.get(path);
    return found !== undefined && Buffer.compare(found, bytes) !== 0;
  }
}
