import { unavailable } from '@retrain/core';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { storageRefusal } from '../storage/write-durably.js';

const SUFFIX = '.jsonl';
/** A segment that nobody has touched for so long belongs to a process that died. */
const ABANDONED_MS = 10_000;
/** A segment grows no longer than this before the next one is begun. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

/** Lines that were stored, and how to forget them. */
export interface Segment {
  readonly lines: readonly string[];
  remove(): Promise<void>;
}

/**
 * Lines on the local disk that survive the process: appended durably, read back in order, removed by the segment.
 *
 * Several processes may share the folder. Each writes segments of its own and touches them; those that nobody touches are
 * taken over by the next one that looks.
 */
export class SpoolFolder {
  private readonly owner = randomBytes(6).toString('hex');
  private segments: { readonly path: string; bytes: number }[] = [];
  private count = 0;
  private appending?: string;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    /** Bytes that this process may hold here. */
    readonly limit: number,
  ) {}

  /** Bytes that wait here, of this process. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Resolves once the line is on the disk. One call at a time.
   * Rejects with `spool_full` when the limit is reached, `storage_full` or `storage_unavailable` when the disk refuses.
   */
  append(line: string): Promise<void> {
    const written = this.write(line);
    this.writing = written.catch(() => undefined);
    return written;
  }

  /** The oldest segment; what is appended from now on goes into another one. */
  async oldest(): Promise<Segment | undefined> {
    const [segment] = this.segments;
    if (!segment) return undefined;
    if (this.appending === segment.path) this.appending = undefined;
    // A line that is on its way may still go into it.
    await this.writing;
    const text = await readFile(segment.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      // Taken over by a process that thought this one dead.
      if (error.code === 'ENOENT') return '';
      throw storageRefusal(error, segment.path);
    });
    // What follows the last line feed was never acknowledged.
    const lines = text.split('\n').slice(0, -1);
    return { lines, remove: () => this.remove(segment.path) };
  }

  /** Shows that this process is alive, and takes over what dead ones left. */
  async tend(): Promise<void> {
    const now = new Date();
    await Promise.all(this.segments.map(({ path }) => utimes(path, now, now).catch(() => undefined)));
    const names = await readdir(this.folder).catch((): string[] => []);
    for (const name of names.sort()) {
      if (name.endsWith(SUFFIX) && !name.startsWith(this.owner)) await this.takeOver(join(this.folder, name));
    }
  }

  private async write(line: string): Promise<void> {
    const bytes = Buffer.from(`${line}\n`);
    if (this.bytes + bytes.length > this.limit) throw full(this.limit);
    const segment = await this.current();
    try {
      const file = await open(segment.path, 'a');
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (error) {
      // What is half written ends this segment: a reader leaves a line out that is not whole.
      this.appending = undefined;
      throw storageRefusal(error, segment.path);
    }
    segment.bytes += bytes.length;
    if (segment.bytes >= SEGMENT_BYTES) this.appending = undefined;
  }

  private async takeOver(path: string): Promise<void> {
    try {
      const { mtimeMs, size } = await stat(path);
      if (Date.now() - mtimeMs < ABANDONED_MS) return;
      const own = this.nextPath();
      // Of several processes that try, one succeeds.
      await rename(path, own);
      this.segments.unshift({ path: own, bytes: size });
    } catch {
      // Somebody else was faster, or its process lives after all.
    }
  }

  private async current() {
    const last = this.segments.at(-1);
    if (last && last.path === this.appending) return last;
    await mkdir(this.folder, { recursive: true });
    const segment = { path: this.nextPath(), bytes: 0 };
    this.appending = segment.path;
    this.segments.push(segment);
    return segment;
  }

  private async remove(path: string): Promise<void> {
    await rm(path, { force: true });
    this.segments = this.segments.filter((segment) => segment.path !== path);
  }

  private nextPath(): string {
    return join(this.folder, `${this.owner}-${String(this.count++).padStart(8, '0')}${SUFFIX}`);
  }
}

function full(limit: number) {
  const told = `The database is away, and the spool of ${Math.round(limit / 1048576)} MB is full; nothing was recorded. Try again.`;
  return unavailable('spool_full', told);
}
