import type { ArtifactRef } from '../model/model-version.js';

/** An artifact as it lies in the store. */
export interface StoredArtifact {
  readonly uri: string;
  readonly bytes: number;
  /** When it was stored, stored again, brought back or set aside, whichever was last. */
  readonly touchedAt: Date;
  /** Whether it waits aside for its removal. */
  readonly aside: boolean;
}

/**
 * Content-addressed bytes: models, data snapshots, evidence, scores. Writing is idempotent; nothing is ever overwritten.
 *
 * What nobody needs is removed in two steps, so that whoever needs it meanwhile gets it back: `setAside`, `remove`.
 */
export abstract class ArtifactStore {
  /** Stores bytes, or touches what is there already: it counts as new. */
  abstract put(bytes: Uint8Array): Promise<ArtifactRef>;
  /**
   * Brings back what was set aside. Rejects with `artifact_missing`, or `artifact_corrupt` when the bytes do not match their
   * sha256.
   */
  abstract get(ref: Pick<ArtifactRef, 'uri' | 'sha256'>): Promise<Uint8Array>;

  /** Everything in the store, in any order; what comes and goes meanwhile may be in it or not. */
  abstract list(): AsyncIterable<StoredArtifact>;
  /** Sets an artifact aside that was not touched since `before`; false when it was, or is not there. */
  abstract setAside(uri: string, before: Date): Promise<boolean>;
  /** Removes for good what was set aside before the instant; false when it was not, or was brought back. */
  abstract remove(uri: string, before: Date): Promise<boolean>;
  /** Removes what processes that died while writing have left before the instant; answers how many files. */
  abstract removeLeftovers(before: Date): Promise<number>;
  /**
   * Notes that an installation keeps its artifacts here, and answers all that were ever noted: the artifacts of one look
   * needless to the other.
   */
  abstract keepers(installation: string): Promise<readonly string[]>;
}
