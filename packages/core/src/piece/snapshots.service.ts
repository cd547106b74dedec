import type { Dataset } from '../dataset/dataset.js';
import { decodeDataset } from '../dataset/snapshot.js';
import type { ArtifactRef } from '../model/model-version.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';

/** Reads the rows of runs; the pieces that one process works on share them while any of them is at work. */
@Service()
export class Snapshots {
  private last?: { readonly sha256: string; readonly dataset: WeakRef<Dataset> };

  constructor(private readonly artifacts: ArtifactStore) {}

  /** Rejects with `artifact_missing`, `artifact_corrupt`. */
  async dataset(snapshot: ArtifactRef): Promise<Dataset> {
    const { sha256 } = snapshot;
    const known = this.last?.sha256 === sha256 ? this.last.dataset.deref() : undefined;
    if (known) return known;
    const dataset = decodeDataset(await this.artifacts.get(snapshot));
    this.last = { sha256, dataset: new WeakRef(dataset) };
    return dataset;
  }
}
