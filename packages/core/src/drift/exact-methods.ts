import { twoSampleTail, twoSampleTailExact } from '../statistic/kolmogorov.js';
import { sortedCopy } from '../statistic/sorted.js';

/** Above so many pairs of rows the exact p-value costs more than it is worth: scipy's asymptotic one is taken. */
const mostExactPairs = 400_000;

/** Kolmogorov–Smirnov statistic and two-sided p-value of two samples. */
export interface KolmogorovSmirnov {
  readonly statistic: number;
  readonly pValue: number;
}

/**
 * Two-sample Kolmogorov–Smirnov test on raw finite values; undefined when a sample is empty.
 * @param ascending whether both samples ascend already; they are sorted otherwise, which is most of the work.
 */
export function kolmogorovSmirnov(
  reference: Float64Array,
  current: Float64Array,
  ascending = false,
): KolmogorovSmirnov | undefined {
  const n = reference.length;
  const m = current.length;
  if (n === 0 || m === 0) return undefined;
  const first = ascending ? reference : sortedCopy(reference);
  const second = ascending ? current : sortedCopy(current);
  let i = 0;
  let j = 0;
  let statistic = 0;
  while (i < n && j < m) {
    const value = Math.min(first[i]!, second[j]!);
    while (i < n && first[i] === value) i++;
    while (j < m && second[j] === value) j++;
    statistic = Math.max(statistic, Math.abs(i / n - j / m));
  }
  const exact = n * m <= mostExactPairs;
  return { statistic, pValue: exact ? twoSampleTailExact(statistic, n, m) : twoSampleTail(statistic, n, m) };
}

/**
 * First Wasserstein distance of two samples of finite values, in their unit; undefined when a sample is empty.
 * @param ascending whether both samples ascend already.
 */
export function wassersteinDistance(
  reference: Float64Array,
  current: Float64Array,
  ascending = false,
): number | undefined {
  const n = reference.length;
  const m = current.length;
  if (n === 0 || m === 0) return undefined;
  const first = ascending ? reference : sortedCopy(reference);
  const second = ascending ? current : sortedCopy(current);
  let i = 0;
  let j = 0;
  let previous = Math.min(first[0]!, second[0]!);
  let distance = 0;
  while (i < n || j < m) {
    const value = i < n && (j >= m || first[i]! <= second[j]!) ? first[i]! : second[j]!;
    distance += Math.abs(i / n - j / m) * (value - previous);
    while (i < n && first[i] === value) i++;
    while (j < m && second[j] === value) j++;
    previous = value;
  }
  return distance;
}
