import { PER_WORD, type Binned } from './binning.js';
import type { RowWeights } from './weights.js';

/** Numbers per feature: sums of gradients and of hessians of 256 bins, in turn. */
export const STRIDE = 512;
/** Numbers per word of four features. */
const WORD_STRIDE = STRIDE * PER_WORD;

/** Rows that are fetched ahead of their use. */
const AHEAD = 64;

/** Sums per feature and bin over the rows of a node: `STRIDE` numbers per feature. */
export type Histogram = Float64Array;

/** Counts histograms; hands discarded ones out again. */
export class Histograms {
  private readonly spare: Histogram[] = [];
  private readonly block = new Float64Array(AHEAD * 2);

  constructor(
    private readonly binned: Binned,
    private readonly weights: RowWeights,
  ) {}

  /** Sums over rows[from..to). */
  count(rows: Int32Array, from: number, to: number): Histogram {
    const { packed, words } = this.binned;
    const histogram = this.spare.pop()?.fill(0) ?? new Float64Array(words * WORD_STRIDE);
    accumulate(histogram, packed, words, this.weights.slopes, rows, from, to, this.block);
    return histogram;
  }

  discard(histogram: Histogram): void {
    this.spare.push(histogram);
  }
}

/** Leaves in `parent` what it has beside `child`: the histogram of the other child. */
export function subtract(parent: Histogram, child: Histogram): void {
  for (let index = 0; index < parent.length; index++) parent[index]! -= child[index]!;
}

/**
 * The inner loop of all boosting: a row's line of packed bins is read once, four features a word.
 *
 * The rows of a deep node lie far apart, so a block of them is touched first: many loads then wait for memory at once rather
 * than one after the other.
 * @param block room for the slopes of `AHEAD` rows.
 * @returns a number without meaning, which keeps the touching from being left out.
 */
function accumulate(
  histogram: Float64Array,
  packed: Uint32Array,
  words: number,
  slopes: Float64Array,
  rows: Int32Array,
  from: number,
  to: number,
  block: Float64Array,
): number {
  const second = STRIDE;
  const third = STRIDE * 2;
  const fourth = STRIDE * 3;
  const next = WORD_STRIDE;
  let touched = 0;
  for (let start = from; start < to; start += AHEAD) {
    const stop = Math.min(to, start + AHEAD);
    for (let index = start, own = 0; index < stop; index++, own += 2) {
      const row = rows[index]!;
      block[own] = slopes[row * 2]!;
      block[own + 1] = slopes[row * 2 + 1]!;
      touched ^= packed[row * words]!;
    }
    for (let index = start, own = 0; index < stop; index++, own += 2) {
      const gradient = block[own]!;
      const weight = block[own + 1]!;
      const line = rows[index]! * words;
      const end = line + words;
      for (let at = line, base = 0; at < end; at++, base += next) {
        const bins = packed[at]!;
        const a = base + ((bins << 1) & 510);
        const b = base + second + ((bins >>> 7) & 510);
        const c = base + third + ((bins >>> 15) & 510);
        const d = base + fourth + ((bins >>> 23) & 510);
        histogram[a]! += gradient;
        histogram[a + 1]! += weight;
        histogram[b]! += gradient;
        histogram[b + 1]! += weight;
        histogram[c]! += gradient;
        histogram[c + 1]! += weight;
        histogram[d]! += gradient;
        histogram[d + 1]! += weight;
      }
    }
  }
  return touched;
}
