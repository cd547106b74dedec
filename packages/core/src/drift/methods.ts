import { chiSquareTwoSamples } from '../statistic/tests.js';
import { twoSampleTail } from '../statistic/kolmogorov.js';
import {
  chiSquareEffect,
  jensenShannonDistance,
  populationStabilityIndex,
  sharesOf,
  totalVariation,
} from './distances.js';
import type { CategoricalProfile, NumericProfile } from './feature-profile.js';

/** How the distance of one feature is measured. */
export const driftMethods = ['psi', 'jensen_shannon', 'wasserstein', 'ks', 'chi2', 'total_variation'] as const;

export type DriftMethod = (typeof driftMethods)[number];

/** Methods that need an order of the values: not for categories. */
export const numericOnly: ReadonlySet<DriftMethod> = new Set(['wasserstein', 'ks']);

/** From which score on a change is large enough to matter, whatever its significance. */
export const minimumEffects: Readonly<Record<DriftMethod, number>> = {
  psi: 0.2,
  jensen_shannon: 0.15,
  wasserstein: 0.25,
  ks: 0.15,
  chi2: 0.15,
  total_variation: 0.15,
};

/** Distance of two columns and the probability of one as large by accident. */
export interface Distance {
  /** psi: no unit · jensen_shannon: 0..0.83 · wasserstein: reference standard deviations · ks, total_variation: 0..1 · chi2: Cohen's w, 0..1. */
  readonly score: number;
  /** Kolmogorov–Smirnov for ks and wasserstein, chi-square over the bins for the others. */
  readonly pValue: number;
}

/**
 * Distance of the finite values of two numeric profiles on the same bins; undefined when either side has none.
 *
 * `ks` and its p-value look at the bin edges only, a lower bound of the exact statistic: never more significant than
 * the raw values. `wasserstein` takes the values as spread evenly inside each bin.
 */
export function numericDistance(
  method: DriftMethod,
  reference: NumericProfile,
  current: NumericProfile,
): Distance | undefined {
  if (reference.count === 0 || current.count === 0) return undefined;
  if (method === 'ks' || method === 'wasserstein') {
    const statistic = largestGap(reference, current);
    const pValue = twoSampleTail(statistic, reference.count, current.count);
    return { score: method === 'ks' ? statistic : binnedWasserstein(reference, current), pValue };
  }
  return binnedDistance(method, { reference: reference.counts, current: current.counts, ordered: true });
}

/** Distance of the known values of two categorical profiles with the same categories; undefined when either side has none. */
export function categoricalDistance(
  method: DriftMethod,
  reference: CategoricalProfile,
  current: CategoricalProfile,
): Distance | undefined {
  const counts = (profile: CategoricalProfile) => [...profile.categories.map(({ count }) => count), profile.unseen];
  const known = (profile: CategoricalProfile) => counts(profile).some((count) => count > 0);
  if (!known(reference) || !known(current)) return undefined;
  return binnedDistance(method, { reference: counts(reference), current: counts(current), ordered: false });
}

/** Counts of both sides over the same bins; `ordered` where neighbours are alike. */
interface Bins {
  readonly reference: readonly number[];
  readonly current: readonly number[];
  readonly ordered: boolean;
}

function binnedDistance(method: DriftMethod, bins: Bins): Distance {
  const p = sharesOf(bins.reference);
  const q = sharesOf(bins.current);
  const pValue = chiSquareOf(bins);
  if (method === 'psi') return { score: populationStabilityIndex(p, q), pValue };
  if (method === 'jensen_shannon') return { score: jensenShannonDistance(p, q), pValue };
  if (method === 'chi2') return { score: chiSquareEffect(p, q), pValue };
  return { score: totalVariation(p, q), pValue };
}

/**
 * Chi-square over bins that hold at least five expected rows on the smaller side: below that its tail is not to be trusted.
 *
 * Neighbouring bins are merged, categories too rare go together with the unseen ones. Which ones is decided by the
 * reference alone; looking at the current counts would select for surprises.
 */
function chiSquareOf({ reference, current, ordered }: Bins): number {
  const n = sum(reference);
  const share = Math.min(n, sum(current)) / n;
  const before: number[] = [];
  const now: number[] = [];
  let [rest, restNow] = [0, 0];
  reference.forEach((count, bin) => {
    const merged = ordered ? rest + count : count;
    const mergedNow = ordered ? restNow + current[bin]! : current[bin]!;
    if (merged * share >= 5) {
      before.push(merged);
      now.push(mergedNow);
      if (ordered) [rest, restNow] = [0, 0];
    } else if (ordered) {
      [rest, restNow] = [merged, mergedNow];
    } else {
      rest += count;
      restNow += current[bin]!;
    }
  });
  if (ordered && before.length > 0) {
    before[before.length - 1]! += rest;
    now[now.length - 1]! += restNow;
  } else {
    before.push(rest);
    now.push(restNow);
  }
  return chiSquareTwoSamples(before, now).pValue;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Largest difference of the two distribution functions over the bin edges. */
function largestGap(reference: NumericProfile, current: NumericProfile): number {
  let [below, belowCurrent, gap] = [0, 0, 0];
  for (let bin = 0; bin < reference.edges.length; bin++) {
    below += reference.counts[bin]!;
    belowCurrent += current.counts[bin]!;
    gap = Math.max(gap, Math.abs(below / reference.count - belowCurrent / current.count));
  }
  return gap;
}

/** ∫ |F − G| over the binned distributions in reference standard deviations (in the value's own unit where that is 0). */
function binnedWasserstein(reference: NumericProfile, current: NumericProfile): number {
  const low = Math.min(reference.min, current.min);
  const high = Math.max(reference.max, current.max);
  const inner = reference.edges.filter((edge) => edge > low && edge < high);
  const knots = [...new Set([low, ...inner, high, reference.min, reference.max, current.min, current.max])].sort(
    (a, b) => a - b,
  );
  let distance = 0;
  let before = 0;
  for (let index = 1; index < knots.length; index++) {
    const after = distributionAt(reference, knots[index]!) - distributionAt(current, knots[index]!);
    distance += absoluteArea(before, after, knots[index]! - knots[index - 1]!);
    before = after;
  }
  const deviation = Math.sqrt(reference.m2 / reference.count);
  return deviation > 0 ? distance / deviation : distance;
}

/** Share of values at or below x, taken as evenly spread inside each bin and between the extremes that were seen. */
function distributionAt(profile: NumericProfile, x: number): number {
  if (x >= profile.max) return 1;
  if (x < profile.min) return 0;
  let below = 0;
  for (let bin = 0; bin < profile.counts.length; bin++) {
    const from = Math.max(profile.edges[bin - 1] ?? -Infinity, profile.min);
    const to = Math.min(profile.edges[bin] ?? Infinity, profile.max);
    if (x >= to) below += profile.counts[bin]!;
    else return (below + (to > from ? (profile.counts[bin]! * (x - from)) / (to - from) : 0)) / profile.count;
  }
  return below / profile.count;
}

/** ∫ |linear function| over a stretch, from its values at both ends. */
function absoluteArea(start: number, end: number, length: number): number {
  if (start * end >= 0) return (Math.abs(start + end) / 2) * length;
  return ((start * start + end * end) / (2 * (Math.abs(start) + Math.abs(end)))) * length;
}
