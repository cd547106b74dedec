import type { ArtifactRef, ModelVersion } from '../model/model-version.js';
import type { TrainingPiece } from '../piece/training-piece.js';
import { outputIfAny } from '../run/outputs.js';
import type { TrainingRun } from '../run/training-run.js';
import { isFinal } from '../run/transitions.js';

/** Every row that can name an artifact. */
export interface ReferringRows {
  readonly versions: readonly ModelVersion[];
  readonly runs: readonly TrainingRun[];
  readonly pieces: readonly TrainingPiece[];
}

/**
 * Addresses of all artifacts that somebody may still read.
 *
 * - Of a version that is not deleted: the artifact and the sample of its training rows.
 * - Of a run that is not over, or whose version is not deleted: its frozen rows and evidence.
 * - Of a run that is not over: the versions that it made and compares with, deleted or not.
 * - Of a fit that is kept: the rows that it reads, the model that it begins from, and what it left.
 */
export function artifactReferences({ versions, runs, pieces }: ReferringRows): ReadonlySet<string> {
  const there = versions.filter(({ deletedAt }) => deletedAt === undefined);
  const made = new Set(there.map(({ runId }) => runId));
  const open = runs.filter(({ status }) => !isFinal(status));
  const kept = runs.filter(({ id, status }) => !isFinal(status) || made.has(id));
  const needed = versions.filter((version) => open.some((run) => needs(run, version)));
  const refs: readonly (ArtifactRef | undefined)[] = [
    ...[...there, ...needed].map(({ artifact }) => artifact),
    ...there.map(({ referenceSample }) => referenceSample),
    ...kept.flatMap((run) => [outputIfAny(run, 'prepare')?.snapshot, outputIfAny(run, 'train')?.evidence]),
    ...pieces.flatMap(({ work, result }) => [work.snapshot, work.initial, result?.outcome, result?.artifact]),
  ];
  return new Set(refs.flatMap((ref) => (ref ? [ref.uri] : [])));
}

function needs(run: TrainingRun, { model, version }: ModelVersion): boolean {
  const compared = outputIfAny(run, 'prepare')?.championVersion;
  return run.model === model && (run.candidateVersion === version || compared === version);
}
