import { schemaHash } from '../model/feature-schema.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { ModelVersion } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import { ScorerLoader, type Scorer, type ScorerExpectation } from '../serving/scorer.port.js';
import { DomainError, unprocessable } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';

/** Columns that a model of this task answers with. */
export function outputsOf(task: Task): number {
  return task.kind === 'classification' ? task.classes.length : 1;
}

/** What an artifact must look like to answer for a definition. */
export function expectationOf({ task, schema }: Pick<ModelDefinition, 'task' | 'schema'>): ScorerExpectation {
  const probabilities = task.kind === 'classification';
  return { inputs: schema.features.length, outputs: outputsOf(task), probabilities };
}

/** Loads stored versions, with every check that serving makes. */
@Service()
export class VersionLoader {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly loader: ScorerLoader,
  ) {}

  /** The caller releases the scorer. Rejects with `artifact_missing`, `artifact_corrupt`, `schema_mismatch`, `invalid_artifact`. */
  async load(version: ModelVersion, definition: Pick<ModelDefinition, 'task' | 'schema'>): Promise<Scorer> {
    if (version.lineage.schemaHash !== schemaHash(definition.schema)) {
      const told = `Version ${version.version} of "${version.model}" reads other features than the model computes now.`;
      throw unprocessable('schema_mismatch', `${told} Retrain the model.`);
    }
    return this.loader.load(await this.artifacts.get(version.artifact), expectationOf(definition));
  }

  /** Loads and releases: rejects as `load` does when the version could not serve. */
  async verify(version: ModelVersion, definition: Pick<ModelDefinition, 'task' | 'schema'>): Promise<void> {
    await (await this.load(version, definition)).release();
  }

  /** The scorer, or why there is none: broken for good, not just away for a moment (that rejects). */
  async tryLoad(
    version: ModelVersion,
    definition: Pick<ModelDefinition, 'task' | 'schema'>,
  ): Promise<{ readonly scorer: Scorer } | { readonly problem: string }> {
    try {
      return { scorer: await this.load(version, definition) };
    } catch (error) {
      if (error instanceof DomainError && !error.retryable) return { problem: error.message };
      throw error;
    }
  }
}
