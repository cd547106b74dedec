import { unprocessable, type Dataset } from '@retrain/core';
import { sortFloats } from './sort-floats.js';

/** Bin of a missing value; values have bins 0 to 254. */
export const MISSING_BIN = 255;
/** Features whose bins share one word. */
export const PER_WORD = 4;
/** Cells of a column's range, each of which knows the few bins that its values may be in. */
const CELLS = 4096;
/** Values from which the thresholds of a feature are taken; more would not move them noticeably. */
const SAMPLE = 100_000;
/** Largest finite float32: everything but a missing value is at most this. */
const LARGEST = 3.4028234663852886e38;

/** Features as small numbers: what a tree is grown on. */
export interface Binned {
  readonly rows: number;
  /** Index into the schema of each binned feature: those that vary, or are missing now and then. */
  readonly used: readonly number[];
  /**
   * Per used feature, ascending: a value is in bin b when it is at most `thresholds[b]` and above the one before. The last
   * bin has no threshold but the largest float32.
   */
  readonly thresholds: readonly Float32Array[];
  /** 32-bit words per row. */
  readonly words: number;
  /** rows x words, row-major: four bins a word (little-endian). What histograms are counted from. */
  readonly packed: Uint32Array;
  /** Per used feature the bin of each row. What rows are parted by. */
  readonly columns: readonly Uint8Array[];
}

type Source = Pick<Dataset, 'features' | 'rows' | 'schema'>;

/**
 * Puts every value into one of at most `maxBins` bins of its feature (and missing ones into a bin of their own).
 *
 * Few distinct values get a bin each, parted half-way; many get bins of about equal numbers of rows. Thresholds are float32
 * and lie below the value above them, so that a comparison in float32 parts rows as the bins do.
 * @throws DomainError `infinite_feature`.
 */
export function binFeatures(dataset: Source, maxBins: number): Binned {
  const observed = countObserved(dataset);
  const used: number[] = [];
  const thresholds: Float32Array[] = [];
  const columns: Uint8Array[] = [];
  for (const [feature, count] of observed.entries()) {
    const cuts = thresholdsOf(sampleOf(dataset, feature, count), maxBins);
    if (cuts.length + (count < dataset.rows ? 1 : 0) < 2) continue;
    used.push(feature);
    thresholds.push(cuts);
    columns.push(binColumn(dataset, feature, cuts));
  }
  const words = Math.ceil(used.length / PER_WORD);
  return { rows: dataset.rows, used, thresholds, words, packed: pack(columns, dataset.rows, words), columns };
}

/** Values of each feature that are not missing. */
function countObserved({ features, rows, schema }: Source): Int32Array {
  const width = schema.features.length;
  const observed = new Int32Array(width);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let feature = 0; feature < width; feature++, at++) {
      const value = features[at]!;
      if (value - value === 0) observed[feature]!++;
      else if (value === value) {
        const name = schema.features[feature]!.name;
        const message = `Feature "${name}" has an infinite value; leave it missing (NaN) instead.`;
        throw unprocessable('infinite_feature', message);
      }
    }
  }
  return observed;
}

/** Observed values of a feature in ascending order, at most `SAMPLE` of them, evenly spread over the rows. */
function sampleOf({ features, rows, schema }: Source, feature: number, observed: number): Float32Array {
  const width = schema.features.length;
  const step = Math.max(1, Math.ceil(observed / SAMPLE));
  const sample = new Float32Array(Math.ceil(observed / step));
  // Where none is missing, the rows between two of the sample need no look.
  const stride = observed === rows ? step : 1;
  let passed = step;
  let taken = 0;
  for (let row = 0, at = feature; taken < sample.length && row < rows; row += stride, at += width * stride) {
    const value = features[at]!;
    if (value !== value) continue;
    passed += stride;
    if (passed < step) continue;
    // Zero is one value, whatever its sign.
    sample[taken++] = value + 0;
    passed = 0;
  }
  return sortFloats(sample);
}

function thresholdsOf(sorted: Float32Array, maxBins: number): Float32Array {
  if (sorted.length === 0) return new Float32Array(0);
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value !== distinct.at(-1)) distinct.push(value);
    if (distinct.length > maxBins) break;
  }
  const cuts = new Set<number>();
  if (distinct.length <= maxBins) {
    for (let index = 1; index < distinct.length; index++) cuts.add(between(distinct[index - 1]!, distinct[index]!));
  } else {
    for (let cut = 1; cut < maxBins; cut++) {
      const at = Math.min(sorted.length - 1, Math.max(1, Math.round((cut * sorted.length) / maxBins)));
      const above = sorted[at]!;
      let below = at - 1;
      while (below > 0 && sorted[below] === above) below--;
      if (sorted[below]! < above) cuts.add(between(sorted[below]!, above));
    }
  }
  return Float32Array.from([...cuts, LARGEST]).sort();
}

/** A float32 half-way between two float32 numbers, never the upper one. */
function between(lower: number, upper: number): number {
  const middle = Math.fround(lower / 2 + upper / 2);
  return middle >= lower && middle < upper ? middle : lower;
}

/**
 * The bin of every row: a search of a few steps among those bins that values of the same cell are in.
 *
 * The cell of a value never falls as the value rises, so a bin whose threshold is in an earlier cell is too low, and the
 * first one whose threshold is in a later cell is high enough.
 */
function binColumn({ features, rows, schema }: Source, feature: number, cuts: Float32Array): Uint8Array {
  const width = schema.features.length;
  const bins = new Uint8Array(rows);
  const last = cuts.length - 1;
  const origin = last > 0 ? cuts[0]! : 0;
  const range = last > 1 ? cuts[last - 1]! - origin : 0;
  const scale = range > 0 && Number.isFinite(CELLS / range) ? CELLS / range : 0;
  const cellOf = (value: number) => Math.max(0, Math.min(CELLS, Math.floor((value - origin) * scale)));
  const lowest = new Uint8Array(CELLS + 1);
  const highest = new Uint8Array(CELLS + 1).fill(Math.max(0, last));
  for (let bin = last - 1; bin >= 0; bin--) highest.fill(bin, 0, cellOf(cuts[bin]!));
  for (let bin = 0; bin < last; bin++) lowest.fill(bin + 1, cellOf(cuts[bin]!) + 1);
  for (let row = 0, at = feature; row < rows; row++, at += width) {
    const value = features[at]!;
    if (value !== value) {
      bins[row] = MISSING_BIN;
      continue;
    }
    const cell = Math.max(0, Math.min(CELLS, Math.floor((value - origin) * scale)));
    let low = lowest[cell]!;
    let high = highest[cell]!;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= cuts[middle]!) high = middle;
      else low = middle + 1;
    }
    bins[row] = low;
  }
  return bins;
}

function pack(columns: readonly Uint8Array[], rows: number, words: number): Uint32Array {
  const bytes = new Uint8Array(rows * words * PER_WORD);
  columns.forEach((bins, index) => {
    for (let row = 0, at = index; row < rows; row++, at += words * PER_WORD) bytes[at] = bins[row]!;
  });
  return new Uint32Array(bytes.buffer);
}
