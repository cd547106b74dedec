import { rowsBefore, type Dataset } from '../dataset/dataset.js';
import { unprocessable } from '../shared/errors.js';
import type { FeatureSchema } from '../model/feature-schema.js';

/**
 * What can be broken on purpose, from a day on:
 *
 * - `swap-home-away` callers mix up the two sides: every field of the request that names one is filled with the other;
 * - `stale` each answer is computed from the features of the row before it;
 * - `zeroed` all features arrive as 0;
 * - `overconfident` the served probabilities are squared and renormalised;
 * - `drift` the world moves: every fifth numeric feature is one standard deviation higher, for training rows too.
 */
export const faultKinds = ['swap-home-away', 'stale', 'zeroed', 'overconfident', 'drift'] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly from: Date;
  /** Instant at which it goes away by itself. */
  readonly until?: Date;
}

/**
 * What ends a fault. The first three break the way to the model: training rows are right, so no fit can mend them, but an
 * alarm tells people, who do. Over-confidence belongs to the deployed version: the next one mends it. A world that moved
 * stays moved; versions fitted on its rows learn it by and by.
 */
export function mendedBy(kind: FaultKind): 'alarm' | 'new_version' | 'nothing' {
  if (kind === 'drift') return 'nothing';
  return kind === 'overconfident' ? 'new_version' : 'alarm';
}

/** A fault from its written form, `kind@2018-08-10` or `kind@2018-08-10..2019-06-01`. Throws `bad_fault`. */
export function parseFault(text: string): Fault {
  const match = /^([a-z-]+)@(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?$/.exec(text);
  const kind = faultKinds.find((known) => known === match?.[1]);
  const from = new Date(match?.[2] ?? NaN);
  const until = match?.[3] === undefined ? undefined : new Date(match[3]);
  if (kind && !Number.isNaN(from.getTime()) && (until === undefined || until > from)) return { kind, from, until };
  throw unprocessable(
    'bad_fault',
    `"${text}" is no fault; write kind@2018-08-10 or kind@2018-08-10..2019-06-01, the kind one of ${faultKinds.join(', ')}.`,
  );
}

/** The rows [from, to) of a dataset that a fault reaches while nobody mends it. */
export function rowsOfFault(dataset: Dataset, { from, until }: Fault): readonly [from: number, to: number] {
  return [rowsBefore(dataset, from.getTime()), until ? rowsBefore(dataset, until.getTime()) : dataset.rows];
}

/** The dataset of a world that drifts; the same dataset where no fault is a drift. */
export function driftedWorld(dataset: Dataset, faults: readonly Fault[]): Dataset {
  const drifts = faults.filter(({ kind }) => kind === 'drift');
  if (drifts.length === 0) return dataset;
  const features = dataset.features.slice();
  const width = dataset.schema.features.length;
  for (const drift of drifts) {
    const [from, to] = rowsOfFault(dataset, drift);
    for (const column of driftingColumns(dataset.schema)) {
      const step = deviationOf(dataset, column, from);
      for (let row = from; row < to; row++) features[row * width + column]! += step;
    }
  }
  return { ...dataset, features };
}

/**
 * What a broken way to the model delivers, all rows x features; undefined for faults that leave the features alone.
 * @param swapped features of all rows with the two sides mixed up.
 */
export function brokenFeatures(kind: FaultKind, dataset: Dataset, swapped: Float32Array | undefined) {
  const width = dataset.schema.features.length;
  if (kind === 'zeroed') return new Float32Array(dataset.features.length);
  if (kind === 'stale') {
    const late = dataset.features.slice();
    late.copyWithin(width, 0, late.length - width);
    return late;
  }
  if (kind !== 'swap-home-away') return undefined;
  if (swapped?.length === dataset.features.length) return swapped;
  throw unprocessable('no_sides', 'This model has no request fields of a home and an away side that could be swapped.');
}

/** Squares each row of probabilities and renormalises it, in place. */
export function makeOverconfident(scores: Float64Array, outputs: number): void {
  for (let start = 0; start < scores.length; start += outputs) {
    let sum = 0;
    for (let k = start; k < start + outputs; k++) sum += scores[k]! ** 2;
    for (let k = start; k < start + outputs; k++) scores[k] = scores[k]! ** 2 / sum;
  }
}

/** Every fifth numeric feature whose drift means anything, the first one included. */
function driftingColumns({ features }: FeatureSchema): readonly number[] {
  const numeric = features.flatMap(({ kind, drift }, column) => (kind === 'numeric' && drift ? [column] : []));
  return numeric.filter((_, index) => index % 5 === 0);
}

function deviationOf({ features, schema }: Dataset, column: number, rows: number): number {
  const width = schema.features.length;
  let [n, mean, squares] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const value = features[row * width + column]!;
    if (!Number.isFinite(value)) continue;
    const gap = value - mean;
    mean += gap / ++n;
    squares += gap * (value - mean);
  }
  return n > 1 ? Math.sqrt(squares / (n - 1)) : 1;
}
