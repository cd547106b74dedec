import type { ModelDefinition } from '../model/model-definition.js';
import type { ModelVersion } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import { readsOf } from '../model/version-features.js';
import { readingColumns } from '../serving/reading-columns.js';
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

  /**
   * A scorer of rows of the definition's schema; a version that was fitted on other features reads its own of them. The
   * caller releases it. Rejects with `artifact_missing`, `artifact_corrupt`, `schema_mismatch` (a feature is not
   * there any more), `invalid_artifact`.
   */
  async load(version: ModelVersion, definition: Pick<ModelDefinition, 'task' | 'schema'>): Promise<Scorer> {
    const { task, schema } = definition;
    const reads = readsOf(version, schema);
    if (reads.kind === 'lacking') throw mismatch(version, reads.gone);
    const bytes = await this.artifacts.get(version.artifact);
    if (reads.kind === 'same') return this.loader.load(bytes, expectationOf(definition));
    const scorer = await this.loader.load(bytes, expectationOf({ task, schema: reads.schema }));
    return readingColumns(scorer, reads.columns, schema.features.length);
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

function mismatch({ model, version }: ModelVersion, gone: readonly string[]): DomainError {
  const what =
    gone.length > 0
      ? `${gone.join(', ')}, which the model computes no more`
      : 'other features than the model computes now';
  const way =
    'Let the model compute what it reads again, or promote a version that does without (a rejected candidate, too).';
  return unprocessable('schema_mismatch', `Version ${version} of "${model}" reads ${what}. ${way}`);
}
