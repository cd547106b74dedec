import { createHash } from 'node:crypto';
import type { ArtifactRef } from '../model/model-version.js';
import { DomainError, notFound } from '../shared/errors.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';

export class MemoryArtifactStore extends ArtifactStore {
  private readonly files = new Map<string, Uint8Array>();

  async put(bytes: Uint8Array): Promise<ArtifactRef> {
    const sha256 = sha256Of(bytes);
    const uri = `memory:${sha256}`;
    // A damaged one is written anew, as a file would be.
    this.files.set(uri, bytes.slice());
    return { uri, sha256, bytes: bytes.length };
  }

  async get({ uri, sha256 }: Pick<ArtifactRef, 'uri' | 'sha256'>): Promise<Uint8Array> {
    const bytes = this.files.get(uri);
    if (!bytes) throw notFound('artifact_missing', `Artifact ${uri} does not exist.`);
    if (sha256Of(bytes) !== sha256) {
      throw new DomainError('conflict', 'artifact_corrupt', `Artifact ${uri} does not have the sha256 ${sha256}.`);
    }
    return bytes.slice();
  }

  /** Damages a stored artifact, as a broken disk would. */
  corrupt(uri: string): void {
    this.files.set(uri, Uint8Array.of(0));
  }

  /** Puts other bytes in the place of a stored artifact. */
  replace(uri: string, bytes: Uint8Array): void {
    this.files.set(uri, bytes);
  }

  /** Loses a stored artifact. */
  lose(uri: string): void {
    this.files.delete(uri);
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
