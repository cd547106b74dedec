import type { ModelDefinition } from '../model/model-definition.js';
import type { ModelVersion } from '../model/model-version.js';
import type { Scorer } from './scorer.port.js';

/** A version in memory, ready to score. */
export interface LoadedVersion {
  readonly version: ModelVersion;
  readonly definition: ModelDefinition;
  readonly scorer: Scorer;
}

/** A version of the registry that must not serve, and why. */
export interface UnreadableVersion {
  readonly version: number;
  readonly message: string;
}
