import { stat } from 'node:fs/promises';

/**
 * Notices that a file was edited, by looking at it now and then: that sees renames, network shares and mounted
 * volumes alike.
 *
 * An edit counts once the file has looked the same for two looks in a row: an editor that writes in pieces is not
 * caught half-way.
 */
export class FileWatch {
  private settled: string | undefined;
  private last: string | undefined;

  constructor(private readonly path: string) {}

  /** Takes the file as it is now for known. Call it before reading the file. */
  async settle(): Promise<void> {
    this.settled = this.last = await this.look();
  }

  /** Whether the file has changed and come to rest since it was last known; it is known then. */
  async changed(): Promise<boolean> {
    const now = await this.look();
    const atRest = now === this.last;
    this.last = now;
    if (!atRest || now === this.settled || now === undefined) return false;
    this.settled = now;
    return true;
  }

  /** Undefined while there is no file, as between the two steps of a rename. */
  private async look(): Promise<string | undefined> {
    try {
      const { ino, size, mtimeMs } = await stat(this.path);
      return `${ino}/${size}/${mtimeMs}`;
    } catch {
      return undefined;
    }
  }
}
