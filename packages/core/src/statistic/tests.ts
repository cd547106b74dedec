import { binomialCdf, chiSquareTail, normalQuantile, normalTail, studentTail } from './distributions.js';

/** Mean and standard deviation (n − 1) of a sample; deviation 0 below two rows. */
export function moments(values: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  let mean = 0;
  let squares = 0;
  for (let row = 0; row < values.length; row++) {
    const delta = values[row]! - mean;
    mean += delta / (row + 1);
    squares += delta * (values[row]! - mean);
  }
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/** p-value of "the mean exceeds `reference`" (one-sided, one-sample t). Differences without spread decide by themselves. */
export function meanExceeds(values: Float64Array, reference = 0): number {
  if (values.length < 2) return 1;
  const { mean, deviation } = moments(values);
  if (deviation === 0) return mean > reference ? 0 : 1;
  return studentTail(((mean - reference) / deviation) * Math.sqrt(values.length), values.length - 1);
}

/** Two-sided exact McNemar test: p-value of "both are right equally often" from the rows where only one is right. */
export function mcNemarExact(onlyFirst: number, onlySecond: number): number {
  const discordant = onlyFirst + onlySecond;
  if (discordant === 0) return 1;
  return Math.min(1, 2 * binomialCdf(Math.min(onlyFirst, onlySecond), discordant, 0.5));
}

/** p-value of "the first proportion is smaller" (one-sided two-sample z with pooled variance). */
export function proportionBelow(successes: number, n: number, baselineShare: number, baselineN: number): number {
  const pooled = (successes + baselineShare * baselineN) / (n + baselineN);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / baselineN));
  const gap = baselineShare - successes / n;
  if (error === 0) return gap > 0 ? 0 : 1;
  return normalTail(gap / error);
}

/** Interval of a proportion from `successes` of n > 0 rows (Wilson 1927): within 0..1, and of some width also where all or none succeed. */
export function wilsonInterval(successes: number, n: number, level = 0.95): readonly [number, number] {
  const z = normalQuantile((1 + level) / 2);
  const share = successes / n;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [successes <= 0 ? 0 : centre - half, successes >= n ? 1 : centre + half];
}

/** Interval of the first proportion minus the second, of samples of n and m rows (Newcombe 1998, his method 10). */
export function differenceInterval(
  [first, n]: readonly [share: number, rows: number],
  [second, m]: readonly [share: number, rows: number],
  level = 0.95,
): readonly [number, number] {
  const [low, high] = wilsonInterval(first * n, n, level);
  const [lowSecond, highSecond] = wilsonInterval(second * m, m, level);
  const difference = first - second;
  return [
    difference - Math.hypot(first - low, highSecond - second),
    difference + Math.hypot(high - first, second - lowSecond),
  ];
}

/** Pearson's chi-square of a 2 x k table. */
export interface ChiSquare {
  readonly statistic: number;
  readonly freedom: number;
  readonly pValue: number;
}

/**
 * Chi-square test of "both rows of counts come from one distribution": scipy's `chi2_contingency`, with Yates' correction
 * for two categories.
 *
 * Categories empty in both are left out; fewer than two categories, or an empty row, leave nothing to test (p = 1).
 */
export function chiSquareTwoSamples(first: ArrayLike<number>, second: ArrayLike<number>): ChiSquare {
  let n = 0;
  let m = 0;
  let categories = 0;
  for (let k = 0; k < first.length; k++) {
    n += first[k]!;
    m += second[k]!;
    if (first[k]! + second[k]! > 0) categories++;
  }
  const freedom = categories - 1;
  if (freedom < 1 || n === 0 || m === 0) return { statistic: 0, freedom: 0, pValue: 1 };
  let statistic = 0;
  for (let k = 0; k < first.length; k++) {
    const total = first[k]! + second[k]!;
    if (total === 0) continue;
    const expected = [(total * n) / (n + m), (total * m) / (n + m)] as const;
    const gap = Math.abs(first[k]! - expected[0]);
    const corrected = freedom === 1 ? gap - Math.min(0.5, gap) : gap;
    statistic += corrected * corrected * (1 / expected[0] + 1 / expected[1]);
  }
  return { statistic, freedom, pValue: chiSquareTail(statistic, freedom) };
}
