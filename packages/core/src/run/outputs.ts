import type { DataStats } from '../dataset/data-stats.js';
import type { EvaluationBlock } from '../evaluation/paired-evaluation.js';
import type { GateVerdict } from '../gate/gate-definition.js';
import type { Metrics } from '../metric/metrics.js';
import type { ArtifactRef } from '../model/model-version.js';
import type { JsonObject } from '../shared/json.js';
import type { TriedRecipe } from '../evaluation/select-recipe.js';
import type { Recipe } from './trainer-definition.js';
import type { RunStage, TrainingRun } from './training-run.js';

/** What each stage leaves on the run's row. Plain JSON: a later attempt, maybe of another process, reads it back. */
export interface BackupOutput {
  /** The champion's copy; undefined when there was none or it could not be read. */
  readonly path?: string;
  readonly version?: number;
  /** Why the champion could not be copied. */
  readonly problem?: string;
}

export interface PrepareOutput {
  /** The rows as they were fitted and judged: decoded by `decodeDataset`. Its sha256 is the data hash. */
  readonly snapshot: ArtifactRef;
  readonly stats: DataStats;
  /** The rolling origin: what is fitted and judged, in rows of the snapshot. */
  readonly blocks: readonly EvaluationBlock[];
  /** The champion that the candidate is compared with. */
  readonly championVersion?: number;
  readonly source: string;
  readonly sourceSha256: string;
  readonly observed: number;
  readonly rejected: number;
  /** The first rejected rows with their reasons. */
  readonly rejectedSamples: readonly { readonly row: number; readonly reason: string }[];
  readonly duplicates: number;
  readonly future: number;
  /** Records whose features could not be computed. */
  readonly skipped: number;
}

export interface TrainOutput {
  readonly version: number;
  readonly sha256: string;
  /** Candidate and champion on the same rows, and the trainer's own scores: decoded by `decodeEvidence`. */
  readonly evidence: ArtifactRef;
  /** The champion that the candidate was compared with. */
  readonly championVersion?: number;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly codeVersion: string;
  /** What the run was worked on with: versions of Node, this product and what fits, platform. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly configRevision: number;
  /** The model's configuration then, as it may be shown: secrets masked, `${NAME}` as written. */
  readonly configuration?: JsonObject;
  /** ISO 8601; every training row happened before. */
  readonly trainedUntil?: string;
  readonly metrics: Metrics;
  readonly championMetrics?: Metrics;
  readonly diagnostics: JsonObject;
  /** Every recipe that was tried. */
  readonly tried: readonly TriedRecipe[];
  readonly fits: FitCount;
}

/** The fits of a run. */
export interface FitCount {
  readonly total: number;
  /** Taken over from a run that had done the same work. */
  readonly cached: number;
  readonly failed: number;
  /** What the fits that were done took, on whatever trainer, one after the other. */
  readonly seconds: number;
}

export interface ValidateOutput {
  readonly accepted: boolean;
  /** Accepted, but a person must look at it whatever the configuration says. */
  readonly hold: boolean;
  readonly holdReason?: string;
  /** One sentence for people. */
  readonly verdict: string;
  readonly verdicts: readonly GateVerdict[];
}

export interface DeployOutput {
  readonly decision: 'promoted' | 'awaiting_approval' | 'rolling_out' | 'rejected';
  readonly version: number;
  readonly previousVersion?: number;
  readonly deploymentId?: string;
  /** ISO 8601; until then a person may approve. */
  readonly expiresAt?: string;
  readonly reason: string;
  /** Why the file at `model_path` could not be brought in line yet. */
  readonly fileProblem?: string;
}

interface Outputs {
  readonly backup: BackupOutput;
  readonly prepare: PrepareOutput;
  readonly train: TrainOutput;
  readonly validate: ValidateOutput;
  readonly deploy: DeployOutput;
}

/** The output of a completed stage; undefined before it is completed. */
export function outputIfAny<S extends keyof Outputs>(
  run: Pick<TrainingRun, 'outputs'>,
  stage: S,
): Outputs[S] | undefined {
  return run.outputs[stage] as unknown as Outputs[S] | undefined;
}

function outputOf<S extends keyof Outputs>(run: Pick<TrainingRun, 'outputs' | 'id'>, stage: S & RunStage): Outputs[S] {
  const output = outputIfAny(run, stage);
  if (!output) throw new Error(`Run ${run.id} has not completed its stage ${stage}.`);
  return output;
}

type Read<S extends keyof Outputs> = (run: Pick<TrainingRun, 'outputs' | 'id'>) => Outputs[S];

/** Readers for stages that follow: the order of stages guarantees that the output is there. */
export const prepareOutput: Read<'prepare'> = (run) => outputOf(run, 'prepare');
export const trainOutput: Read<'train'> = (run) => outputOf(run, 'train');
export const validateOutput: Read<'validate'> = (run) => outputOf(run, 'validate');
export const deployOutput: Read<'deploy'> = (run) => outputOf(run, 'deploy');

/** An output as JSON: what JSON has no value for (undefined) is left out. */
export function asJson(output: object): JsonObject {
  return JSON.parse(JSON.stringify(output)) as JsonObject;
}

/** The state that a run ends or waits in, by what became of its candidate. */
export function statusOf({ decision }: DeployOutput): 'deployed' | 'awaiting_approval' | 'rolling_out' | 'rejected' {
  return decision === 'promoted' ? 'deployed' : decision;
}
