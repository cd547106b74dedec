/** A zero share counts as this in the population stability index, so that an emptied bin is a large but finite change. */
const smallestShare = 1e-4;

/** Counts as shares of their sum; all zero when there is nothing to share. */
export function sharesOf(counts: ArrayLike<number>): Float64Array {
  let total = 0;
  for (let k = 0; k < counts.length; k++) total += counts[k]!;
  return Float64Array.from(counts, (count) => (total > 0 ? count / total : 0));
}

/** Population stability index of two distributions over the same bins: Σ (q − p) ln(q / p), zero shares raised to 1e-4. */
export function populationStabilityIndex(reference: Float64Array, current: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < reference.length; k++) {
    const p = reference[k] || smallestShare;
    const q = current[k] || smallestShare;
    sum += (q - p) * Math.log(q / p);
  }
  return sum;
}

/** Jensen–Shannon distance (the root of the divergence, as in scipy), 0..sqrt(ln 2 / ln base); natural logarithm unless told otherwise. */
export function jensenShannonDistance(reference: Float64Array, current: Float64Array, base = Math.E): number {
  let sum = 0;
  for (let k = 0; k < reference.length; k++) {
    const p = reference[k]!;
    const q = current[k]!;
    const middle = (p + q) / 2;
    if (p > 0) sum += p * Math.log(p / middle);
    if (q > 0) sum += q * Math.log(q / middle);
  }
  return Math.sqrt(Math.max(0, sum / 2) / Math.log(base));
}

/** Total variation distance: half the sum of absolute differences of shares, 0..1. */
export function totalVariation(reference: Float64Array, current: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < reference.length; k++) sum += Math.abs(reference[k]! - current[k]!);
  return sum / 2;
}

/** Cohen's w of two distributions against their even mixture: 0..1, how large a chi-square is apart from the number of rows. */
export function chiSquareEffect(reference: Float64Array, current: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < reference.length; k++) {
    const total = reference[k]! + current[k]!;
    if (total > 0) sum += (reference[k]! - current[k]!) ** 2 / total;
  }
  return Math.sqrt(sum / 2);
}
