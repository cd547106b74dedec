import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  ArtifactStore,
  DomainError,
  notFound,
  SystemClock,
  type ArtifactRef,
  type Clock,
  type StoredArtifact,
} from '@retrain/core';
import { readIfThere } from './read-if-there.js';
import { storageRefusal, temporaryFile, writeDurably } from './write-durably.js';

const uriPattern = /^sha256:([0-9a-f]{64})$/;
const namePattern = /^[0-9a-f]{64}$/;
const folderPattern = /^[0-9a-f]{2}$/;
const ASIDE = 'aside';
const KEEPERS = 'keepers';

/**
 * Artifacts as files named by their sha256, in a folder that all processes of an installation share:
 * `<directory>/<first two digits>/<sha256>`; what is about to be removed: `<directory>/aside/<sha256>`.
 *
 * Their addresses name no folder: the folder may be moved together with its files. The time of a file says when it was
 * touched last; setting aside and bringing back are renames, so that of two processes one wins and none sees half of it.
 */
export class FileArtifactStore extends ArtifactStore {
  private readonly directory: string;

  constructor(
    directory: string,
    private readonly clock: Clock = new SystemClock(),
  ) {
    super();
    this.directory = resolve(directory);
  }

  /** Rejects with `storage_full` or `storage_unavailable`. A damaged file of the same content is written anew. */
  async put(bytes: Uint8Array): Promise<ArtifactRef> {
    const sha256 = sha256Of(bytes);
    const ref = { uri: `sha256:${sha256}`, sha256, bytes: bytes.length };
    const path = this.pathOf(ref.uri);
    const present = await this.read(ref.uri);
    const sound = present !== undefined && sha256Of(present) === sha256;
    // Touched after it was seen: when it went aside in between, there is nothing to touch and it is written.
    if (sound && (await this.touch(path))) return ref;
    await writeDurably(path, bytes);
    await this.touch(path);
    return ref;
  }

  async get({ uri, sha256 }: Pick<ArtifactRef, 'uri' | 'sha256'>): Promise<Uint8Array> {
    const bytes = await this.read(uri);
    if (!bytes) {
      // Told to clients: where the store lies on this machine is not for them.
      throw notFound('artifact_missing', `Artifact ${uri} is not in the artifact store: restore it from a backup.`);
    }
    const found = sha256Of(bytes);
    if (found === sha256) return bytes;
    const told = `Artifact ${uri} is damaged: its sha256 is ${found}, not ${sha256}. Restore it from a backup.`;
    throw new DomainError('conflict', 'artifact_corrupt', told);
  }

  async *list(): AsyncGenerator<StoredArtifact> {
    for (const folder of await this.folders()) {
      const aside = folder === ASIDE;
      for (const name of await namesIn(join(this.directory, folder))) {
        const place = aside || name.startsWith(folder);
        const found = place && namePattern.test(name) && (await statIfThere(join(this.directory, folder, name)));
        if (found) yield { uri: `sha256:${name}`, bytes: found.size, touchedAt: found.mtime, aside };
      }
    }
  }

  async setAside(uri: string, before: Date): Promise<boolean> {
    const path = this.pathOf(uri);
    const found = await statIfThere(path);
    if (!found || found.mtime >= before) return false;
    // Touched first: a file that is aside has always been touched, also when this process dies in between.
    await mkdir(join(this.directory, ASIDE), { recursive: true });
    return (await this.touch(path)) && (await renameIfThere(path, this.asideOf(path)));
  }

  async remove(uri: string, before: Date): Promise<boolean> {
    const path = this.asideOf(this.pathOf(uri));
    const found = await statIfThere(path);
    return found !== undefined && found.mtime < before && (await removeIfThere(path));
  }

  async removeLeftovers(before: Date): Promise<number> {
    let removed = 0;
    for (const folder of await this.folders()) {
      for (const name of (await namesIn(join(this.directory, folder))).filter((file) => temporaryFile.test(file))) {
        const path = join(this.directory, folder, name);
        const found = await statIfThere(path);
        if (found && found.mtime < before && (await removeIfThere(path))) removed++;
      }
    }
    return removed;
  }

  async keepers(installation: string): Promise<readonly string[]> {
    const path = join(this.directory, KEEPERS, installation);
    if (!(await statIfThere(path))) await writeDurably(path, new Uint8Array());
    return (await namesIn(dirname(path))).filter((name) => !temporaryFile.test(name));
  }

  /** Absolute path of an artifact's file. Throws `artifact_missing` for an address of another store. */
  pathOf(uri: string): string {
    const [, sha256] = uriPattern.exec(uri) ?? [];
    if (!sha256)
      throw notFound('artifact_missing', `"${uri}" is no address of this store; they look like sha256:<hex>.`);
    return join(this.directory, sha256.slice(0, 2), sha256);
  }

  private asideOf(path: string): string {
    return join(this.directory, ASIDE, basename(path));
  }

  private async folders(): Promise<readonly string[]> {
    return (await namesIn(this.directory)).filter((name) => name === ASIDE || folderPattern.test(name));
  }

  /** What is in its place, or was aside and is brought back. */
  private async read(uri: string): Promise<Uint8Array | undefined> {
    const path = this.pathOf(uri);
    const bytes = await readIfThere(path);
    if (bytes) return bytes;
    if (await renameIfThere(this.asideOf(path), path)) await this.touch(path);
    // Also when there was nothing aside: another process may have brought it back in between.
    return readIfThere(path);
  }

  /** False when it is not there, or is another user's. */
  private async touch(path: string): Promise<boolean> {
    const now = this.clock.now();
    return utimes(path, now, now).then(
      () => true,
      () => false,
    );
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The answer of a file operation; undefined when the file is not there. */
async function ifThere<T>(path: string, operation: () => Promise<T>): Promise<T | undefined> {
  try {
    return await operation();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageRefusal(error, path);
  }
}

const statIfThere = (path: string) => ifThere(path, () => stat(path));

const renameIfThere = async (from: string, to: string) =>
  (await ifThere(from, () => rename(from, to).then(() => true))) ?? false;

const removeIfThere = async (path: string) => (await ifThere(path, () => unlink(path).then(() => true))) ?? false;

const namesIn = async (folder: string) => (await ifThere(folder, () => readdir(folder))) ?? [];
