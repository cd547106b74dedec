import type { JsonObject } from '../shared/json.js';
import type { ConfidenceBaseline } from '../metric/confidence.js';
import type { BenchmarkBaseline } from '../metric/excess-log-loss.js';
import type { Metrics } from '../metric/metrics.js';
import type { Feature } from './feature-schema.js';

/** Where a version came from. */
export interface Lineage {
  /** sha256 over the canonical training rows. */
  readonly dataHash: string;
  readonly schemaHash: string;
  /** What the version reads, in its order. Not given: what `schemaHash` is the hash of, which nothing else tells. */
  readonly features?: readonly Feature[];
  readonly recipe: { readonly use: string; readonly with: JsonObject };
  readonly seed: number;
  readonly codeVersion: string;
  readonly configRevision: number;
  /** The champion when this version was trained. */
  readonly parentVersion?: number;
  readonly trainingRows: number;
  /** Every training row happened before this instant. Undefined for a model trained elsewhere. */
  readonly trainedUntil?: Date;
}

/** An immutable version of a model. */
export interface ModelVersion {
  readonly id: string;
  readonly model: string;
  /** 1, 2, 3 … per model. */
  readonly version: number;
  /** The run that made it; undefined for a model registered from outside. */
  readonly runId?: string;
  readonly artifact: ArtifactRef;
  /** Its evaluation on rows it was not fitted on: the baseline of later judgements. */
  readonly evaluation?: Evaluation;
  /** Frozen picture of its training features (drift/profile.ts), as JSON. */
  readonly featureProfile?: JsonObject;
  /** Raw rows of those features (drift/reference-sample.ts). */
  readonly referenceSample?: ArtifactRef;
  readonly lineage: Lineage;
  readonly createdAt: Date;
  /** Set once somebody has deleted it: the row stays, to say who answered when, and never answers again. */
  readonly deletedAt?: Date;
  readonly deletedBy?: string;
}

/** A content-addressed file. */
export interface ArtifactRef {
  readonly uri: string;
  /** Hex sha256 of the bytes; checked on every read. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Metrics on rows that the version was not fitted on. */
export interface Evaluation {
  readonly rows: number;
  readonly from?: Date;
  readonly until?: Date;
  readonly metrics: Metrics;
  /** Beside an outside benchmark; left out where too few rows carry one. */
  readonly benchmark?: BenchmarkBaseline;
  /** How its confidence turned out; left out for a regression and for too few rows. */
  readonly confidence?: ConfidenceBaseline;
}

export type NewModelVersion = Omit<ModelVersion, 'id' | 'version' | 'createdAt' | 'deletedAt' | 'deletedBy'>;
