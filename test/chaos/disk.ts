import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Room for some hundred versions with their fits and snapshots. */
const MEGABYTES = 64;

/** A small disk of its own at a folder, which can be filled: needs the right to mount (root on Linux). */
export class SmallDisk {
  private readonly filler: string;

  private constructor(private readonly folder: string) {
    this.filler = join(folder, 'filler');
  }

  /** Undefined where nothing may be mounted. */
  static at(folder: string): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true });
    const args = ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m,mode=1777`, 'tmpfs', folder];
    return spawnSync('mount', args, { stdio: 'ignore' }).status === 0 ? new SmallDisk(folder) : undefined;
  }

  /** Takes every byte that is left. */
  fill(): void {
    const file = openSync(this.filler, 'w');
    const block = Buffer.alloc(4096, 1);
    try {
      for (;;) writeSync(file, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  remove(): void {
    spawnSync('umount', ['-l', this.folder], { stdio: 'ignore' });
  }
}
