import type { ArtifactRef } from '../model/model-version.js';

/** Content-addressed bytes: models, data snapshots, reports. Writing is idempotent; nothing is ever overwritten. */
export abstract class ArtifactStore {
  abstract put(bytes: Uint8Array): Promise<ArtifactRef>;
  /** Rejects with `artifact_missing`, or `artifact_corrupt` when the bytes do not match their sha256. */
  abstract get(ref: Pick<ArtifactRef, 'uri' | 'sha256'>): Promise<Uint8Array>;
}
