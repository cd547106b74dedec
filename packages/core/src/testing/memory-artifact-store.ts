import { createHash } from 'node:crypto';
import type { ArtifactRef } from '../model/model-version.js';
import { SystemClock, type Clock } from '../shared/clock.port.js';
import { DomainError, notFound } from '../shared/errors.js';
import { ArtifactStore, type StoredArtifact } from '../storage/artifact-store.port.js';

interface Entry {
  readonly bytes: Uint8Array;
  readonly touchedAt: Date;
  readonly aside: boolean;
}

export class MemoryArtifactStore extends ArtifactStore {
  private readonly files = new Map<string, Entry>();
  private readonly noted = new Set<string>();

  constructor(private readonly clock: Clock = new SystemClock()) {
    super();
  }

  async put(bytes: Uint8Array): Promise<ArtifactRef> {
    const sha256 = sha256Of(bytes);
    const uri = `memory:${sha256}`;
    // A damaged one is written anew, as a file would be.
    this.write(uri, bytes.slice());
    return { uri, sha256, bytes: bytes.length };
  }

  async get({ uri, sha256 }: Pick<ArtifactRef, 'uri' | 'sha256'>): Promise<Uint8Array> {
    const entry = this.files.get(uri);
    if (!entry) throw notFound('artifact_missing', `Artifact ${uri} does not exist.`);
    if (entry.aside) this.write(uri, entry.bytes);
    if (sha256Of(entry.bytes) !== sha256) {
      throw new DomainError('conflict', 'artifact_corrupt', `Artifact ${uri} does not have the sha256 ${sha256}.`);
    }
    return entry.bytes.slice();
  }

  async *list(): AsyncGenerator<StoredArtifact> {
    for (const [uri, { bytes, touchedAt, aside }] of [...this.files]) {
      yield { uri, bytes: bytes.length, touchedAt, aside };
    }
  }

  async setAside(uri: string, before: Date): Promise<boolean> {
    const entry = this.files.get(uri);
    if (!entry || entry.aside || entry.touchedAt >= before) return false;
    this.files.set(uri, { ...entry, touchedAt: this.clock.now(), aside: true });
    return true;
  }

  async remove(uri: string, before: Date): Promise<boolean> {
    const entry = this.files.get(uri);
    return entry?.aside === true && entry.touchedAt < before && this.files.delete(uri);
  }

  /** Nobody dies in the middle of a write here. */
  async removeLeftovers(): Promise<number> {
    return 0;
  }

  async keepers(installation: string): Promise<readonly string[]> {
    return [...this.noted.add(installation)];
  }

  /** Damages a stored artifact, as a broken disk would. */
  corrupt(uri: string): void {
    this.write(uri, Uint8Array.of(0));
  }

  /** Puts other bytes in the place of a stored artifact. */
  replace(uri: string, bytes: Uint8Array): void {
    this.write(uri, bytes);
  }

  /** Loses a stored artifact. */
  lose(uri: string): void {
    this.files.delete(uri);
  }

  private write(uri: string, bytes: Uint8Array): void {
    this.files.set(uri, { bytes, touchedAt: this.clock.now(), aside: false });
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
