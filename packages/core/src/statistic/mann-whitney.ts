import { normalTail } from './distributions.js';

/** How well scores tell two samples apart. */
export interface Separation {
  /** Chance that a score of the second sample exceeds one of the first, ties counted half: the area under the ROC curve. */
  readonly auc: number;
  /** One-sided, of "they are no larger". */
  readonly pValue: number;
}

/**
 * Mann–Whitney test that scores are larger in the second sample: scipy's `mannwhitneyu(second, first, 'greater', method='asymptotic')`,
 * with corrections for ties and continuity. Finite scores in any order; undefined when a sample is empty.
 */
export function mannWhitney(first: ArrayLike<number>, second: ArrayLike<number>): Separation | undefined {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) return undefined;
  const total = n + m;
  const values = Float64Array.from({ length: total }, (_, index) => (index < n ? first[index]! : second[index - n]!));
  const order = Uint32Array.from(values, (_, index) => index).sort((a, b) => values[a]! - values[b]!);
  let [rankSum, ties] = [0, 0];
  for (let start = 0; start < total;) {
    let end = start + 1;
    while (end < total && values[order[end]!] === values[order[start]!]) end++;
    const rank = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) if (order[at]! >= n) rankSum += rank;
    const tied = end - start;
    ties += tied ** 3 - tied;
    start = end;
  }
  const statistic = rankSum - (m * (m + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  const auc = statistic / (n * m);
  if (!(variance > 0)) return { auc, pValue: 1 };
  return { auc, pValue: normalTail((statistic - (n * m) / 2 - 0.5) / Math.sqrt(variance)) };
}
