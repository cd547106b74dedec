import { artifactReferences } from '../retention/artifact-references.js';
import { ArtifactReferences } from '../retention/artifact-references.port.js';
import type { MemoryModels } from './memory-models.js';
import type { MemoryTrainingPieces } from './memory-training-pieces.js';
import type { MemoryTrainingRuns } from './memory-training-runs.js';

export class MemoryArtifactReferences extends ArtifactReferences {
  constructor(
    private readonly models: MemoryModels,
    private readonly runs: MemoryTrainingRuns,
    private readonly pieces: MemoryTrainingPieces,
  ) {
    super();
  }

  async all(): Promise<ReadonlySet<string>> {
    const { models, runs, pieces } = this;
    return artifactReferences({ versions: models.allVersions(), runs: runs.all(), pieces: pieces.all() });
  }
}
