import { MISSING_BIN, type Binned } from './binning.js';
import { STRIDE, type Histogram } from './histogram.js';

/** Sums over the rows of a node; `weight` is count x unit + hessian (see RowWeights). */
export interface Totals {
  readonly gradient: number;
  readonly weight: number;
}

export interface Split {
  /** Position among the used features. */
  readonly column: number;
  /** Rows in bins up to this one go left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  /** By how much the objective falls, times two. */
  readonly gain: number;
  readonly left: Totals;
  readonly right: Totals;
}

export interface SplitRules {
  readonly minSamplesLeaf: number;
  readonly l2: number;
  /** What a row adds to a weight beside its hessian. */
  readonly unit: number;
}

/** A child with less hessian than this says nothing about its value. */
const LEAST_HESSIAN = 1e-3;
/** Gains below this are rounding. */
const LEAST_GAIN = 1e-12;

/**
 * The split of a node that lowers the objective most, over all allowed features, bins and both ways for missing values.
 *
 * Gain of a split: GL^2 / (HL + l2) + GR^2 / (HR + l2) - G^2 / (H + l2) (Chen & Guestrin 2016, equation 7, without its
 * factor and cost per leaf). Of equal gains the first feature and bin win.
 * @param columns positions among the used features that may be split on.
 */
export function findSplit(
  histogram: Histogram,
  totals: Totals,
  { thresholds }: Binned,
  columns: Int32Array,
  rules: SplitRules,
): Split | undefined {
  const best = { column: -1, bin: 0, missingLeft: false, gain: LEAST_GAIN, gradient: 0, weight: 0 };
  for (const column of columns) {
    const base = column * STRIDE;
    const last = thresholds[column]!.length - 1;
    const missingGradient = histogram[base + MISSING_BIN * 2]!;
    const missingWeight = histogram[base + MISSING_BIN * 2 + 1]!;
    const missing = missingWeight > 0;
    scan(histogram, base, missing ? last + 1 : last, 0, 0, totals, rules, best, column, false);
    if (missing) scan(histogram, base, last, missingGradient, missingWeight, totals, rules, best, column, true);
  }
  if (best.column < 0) return undefined;
  const { column, bin, gain, gradient, weight } = best;
  const left = { gradient, weight };
  const right = { gradient: totals.gradient - gradient, weight: totals.weight - weight };
  // Where a feature is never missing in the node, a later missing value goes with the larger part.
  const present = histogram[column * STRIDE + MISSING_BIN * 2 + 1]! > 0;
  return { column, bin, missingLeft: present ? best.missingLeft : left.weight >= right.weight, gain, left, right };
}

interface Best {
  column: number;
  bin: number;
  missingLeft: boolean;
  gain: number;
  gradient: number;
  weight: number;
}

/** Tries every split after bins [0, end) of a feature, whose left part begins with the given sums. */
function scan(
  histogram: Histogram,
  base: number,
  end: number,
  gradient: number,
  weight: number,
  totals: Totals,
  { minSamplesLeaf, l2, unit }: SplitRules,
  best: Best,
  column: number,
  missingLeft: boolean,
): void {
  const count = Math.floor(totals.weight / unit);
  const hessian = totals.weight - count * unit;
  const whole = (totals.gradient * totals.gradient) / (hessian + l2);
  for (let bin = 0, at = base; bin < end; bin++, at += 2) {
    const added = histogram[at + 1]!;
    // An empty bin parts the rows as the one before did.
    if (added === 0) continue;
    gradient += histogram[at]!;
    weight += added;
    const leftCount = Math.floor(weight / unit);
    if (leftCount < minSamplesLeaf) continue;
    if (count - leftCount < minSamplesLeaf) return;
    const leftHessian = weight - leftCount * unit;
    const rightHessian = hessian - leftHessian;
    if (leftHessian < LEAST_HESSIAN || rightHessian < LEAST_HESSIAN) continue;
    const rest = totals.gradient - gradient;
    const gain = (gradient * gradient) / (leftHessian + l2) + (rest * rest) / (rightHessian + l2) - whole;
    if (gain <= best.gain) continue;
    best.column = column;
    best.bin = bin;
    best.missingLeft = missingLeft;
    best.gain = gain;
    best.gradient = gradient;
    best.weight = weight;
  }
}
