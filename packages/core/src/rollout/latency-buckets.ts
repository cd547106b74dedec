/** Upper bounds of the buckets that scoring times are counted in, in milliseconds per row: 60 steps of a quarter octave from 0.05 up. */
export const latencyBuckets: readonly number[] = Array.from({ length: 60 }, (_, index) => 0.05 * 2 ** (index / 4));

/** Index of the bucket that a time belongs to; the last one is for all that are slower. */
export function bucketOf(milliseconds: number): number {
  const index = Math.ceil(4 * Math.log2(Math.max(milliseconds, 0.05) / 0.05) - 1e-9);
  return Math.min(Math.max(index, 0), latencyBuckets.length);
}

/**
 * Quantile of bucketed times: the upper bound of the bucket that holds it, so at most 19 % above the truth.
 *
 * Undefined without any answer.
 */
export function latencyQuantile(counts: readonly number[], quantile: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  for (const [index, count] of counts.entries()) {
    seen += count;
    if (seen >= quantile * total) return latencyBuckets[index] ?? 2 * latencyBuckets.at(-1)!;
  }
  return undefined;
}
