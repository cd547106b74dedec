import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ArtifactStore, DomainError, notFound, type ArtifactRef } from '@retrain/core';
import { readIfThere } from './read-if-there.js';
import { writeDurably } from './write-durably.js';

const uriPattern = /^sha256:([0-9a-f]{64})$/;

/**
 * Artifacts as files named by their sha256, in a folder that all processes of an installation share:
 * `<directory>/<first two digits>/<sha256>`.
 *
 * Their addresses name no folder: the folder may be moved together with its files.
 */
export class FileArtifactStore extends ArtifactStore {
  private readonly directory: string;

  constructor(directory: string) {
    super();
    this.directory = resolve(directory);
  }

  /** Rejects with `storage_full` or `storage_unavailable`. A damaged file of the same content is written anew. */
  async put(bytes: Uint8Array): Promise<ArtifactRef> {
    const sha256 = sha256Of(bytes);
    const ref = { uri: `sha256:${sha256}`, sha256, bytes: bytes.length };
    const path = this.pathOf(ref.uri);
    const present = await readIfThere(path);
    if (!present || sha256Of(present) !== sha256) await writeDurably(path, bytes);
    return ref;
  }

  async get({ uri, sha256 }: Pick<ArtifactRef, 'uri' | 'sha256'>): Promise<Uint8Array> {
    const bytes = await readIfThere(this.pathOf(uri));
    if (!bytes) {
      // Told to clients: where the store lies on this machine is not for them.
      throw notFound('artifact_missing', `Artifact ${uri} is not in the artifact store: restore it from a backup.`);
    }
    const found = sha256Of(bytes);
    if (found === sha256) return bytes;
    const told = `Artifact ${uri} is damaged: its sha256 is ${found}, not ${sha256}. Restore it from a backup.`;
    throw new DomainError('conflict', 'artifact_corrupt', told);
  }

  /** Absolute path of an artifact's file. Throws `artifact_missing` for an address of another store. */
  pathOf(uri: string): string {
    const [, sha256] = uriPattern.exec(uri) ?? [];
    if (!sha256)
      throw notFound('artifact_missing', `"${uri}" is no address of this store; they look like sha256:<hex>.`);
    return join(this.directory, sha256.slice(0, 2), sha256);
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
