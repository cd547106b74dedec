import { logBeta } from './special-functions.js';

/**
 * Ln of the e-value against "each of n trials succeeded with probability p", after k successes: the likelihood under a
 * Beta(a, b) mixture over that under p (Robbins 1970; Lindon & Malek 2022 for splits). Valid whenever one looks.
 */
export function logProportionEvidence(
  k: number,
  n: number,
  p: number,
  [a, b]: readonly [number, number] = [1, 1],
): number {
  const mixture = logBeta(a + k, b + n - k) - logBeta(a, b);
  const fixed = (k > 0 ? k * Math.log(p) : 0) + (n - k > 0 ? (n - k) * Math.log1p(-p) : 0);
  return mixture - fixed;
}

/**
 * Probabilities that k successes of n do not refute at `alpha` (a uniform mixture), whenever one looks; 0 to 1 of nothing.
 */
export function proportionSequence(k: number, n: number, alpha: number): readonly [number, number] {
  if (n === 0) return [0, 1];
  const limit = Math.log(1 / alpha);
  const likeliest = k / n;
  const edge = (refuted: number): number => {
    let [outside, inside] = [refuted, likeliest];
    for (let step = 0; step < 60; step++) {
      const p = (outside + inside) / 2;
      if (logProportionEvidence(k, n, p) >= limit) outside = p;
      else inside = p;
    }
    return inside;
  };
  return [k === 0 ? 0 : edge(0), k === n ? 1 : edge(1)];
}
