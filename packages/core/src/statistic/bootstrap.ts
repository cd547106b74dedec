import { seededRandom } from './random.js';

export interface BootstrapOptions {
  readonly seed: number;
  /** Draws with replacement; the interval's ends wobble by about 1 / sqrt(resamples) of its width. */
  readonly resamples?: number;
  /** Coverage, 0..1. */
  readonly level?: number;
}

/**
 * Percentile bootstrap interval of a mean (Efron 1979), of paired differences for example.
 *
 * `values` hold one finite number per row. An empty sample has no interval.
 */
export function bootstrapMean(
  values: Float64Array,
  { seed, resamples = 2000, level = 0.95 }: BootstrapOptions,
): readonly [number, number] | undefined {
  const rows = values.length;
  if (rows === 0) return undefined;
  const random = seededRandom(seed);
  const means = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += values[(random() * rows) | 0]!;
    means[draw] = sum / rows;
  }
  means.sort();
  const tail = (1 - level) / 2;
  return [quantileOfSorted(means, tail), quantileOfSorted(means, 1 - tail)];
}

/** Linear interpolation between order statistics (Hyndman & Fan's type 7, numpy's default); `sorted` is not empty. */
export function quantileOfSorted(sorted: Float64Array | Float32Array, p: number): number {
  const position = p * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (position - low) * (sorted[high]! - sorted[low]!);
}
