import type { ModelDefinition } from '../model/model-definition.js';
import type { ModelVersion } from '../model/model-version.js';
import type { Scorer } from './scorer.port.js';

/** A version in memory, ready to score. */
export interface LoadedVersion {
  readonly version: ModelVersion;
  readonly definition: ModelDefinition;
  /** Of rows of the definition's schema. */
  readonly scorer: Scorer;
  /** The columns of those rows that the version reads, in its order; not given: all of them. */
  readonly columns?: readonly number[];
}

/** What a version reads of a row of the definition's schema: this is what is recorded of its answers. */
export function readBy<T>(columns: readonly number[] | undefined, row: readonly T[]): readonly T[] {
  return columns ? columns.map((column) => row[column]!) : row;
}

/** Features as they are recorded: what is missing is null. */
export function recordedFeatures(values: readonly number[]): readonly (number | null)[] {
  return values.map((value) => (Number.isFinite(value) ? value : null));
}

/** A version of the registry that must not serve, and why. */
export interface UnreadableVersion {
  readonly version: number;
  readonly message: string;
}
