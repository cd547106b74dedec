import { unprocessable, type Dataset } from '@retrain/core';

/** How raw features become standardised ones; every number is exactly representable in float32, as in the ONNX graph. */
export interface Standardisation {
  /** Mean of the observed values per feature; what a missing value is replaced by. 0 for a feature never observed. */
  readonly means: Float64Array;
  /** Population standard deviation of the observed values; 1 for a feature that is left out. */
  readonly scales: Float64Array;
  /** Indices of the features that vary, ascending: the only ones that get a weight. */
  readonly used: readonly number[];
}

/**
 * Measures means and standard deviations over the observed (not NaN) values of each feature.
 *
 * A feature without variance (or never observed) is left out rather than divided by zero.
 * @throws DomainError `infinite_feature` when a value is infinite: no mean exists then.
 */
export function measureStandardisation(dataset: Pick<Dataset, 'features' | 'rows' | 'schema'>): Standardisation {
  const { features, rows, schema } = dataset;
  const width = schema.features.length;
  const means = new Float64Array(width);
  const scales = new Float64Array(width).fill(1);
  const used: number[] = [];
  for (let column = 0; column < width; column++) {
    let sum = 0;
    let count = 0;
    let low = Infinity;
    let high = -Infinity;
    for (let row = 0, at = column; row < rows; row++, at += width) {
      const value = features[at]!;
      if (Number.isNaN(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
      sum += value;
      count++;
    }
    if (count === 0) continue;
    if (low === -Infinity || high === Infinity) {
      const name = schema.features[column]!.name;
      throw unprocessable(
        'infinite_feature',
        `Feature "${name}" has an infinite value; leave it missing (NaN) instead.`,
      );
    }
    const mean = Math.fround(sum / count);
    let squares = 0;
    for (let row = 0, at = column; row < rows; row++, at += width) {
      const value = features[at]!;
      if (!Number.isNaN(value)) squares += (value - mean) ** 2;
    }
    const scale = Math.fround(Math.sqrt(squares / count));
    means[column] = mean;
    if (low === high || scale === 0 || !Number.isFinite(scale)) continue;
    scales[column] = scale;
    used.push(column);
  }
  return { means, scales, used };
}

/**
 * The standardised matrix of the used features only: rows x used.length, row-major, missing values at the mean (0).
 *
 * @param rows how many rows from the start.
 */
export function standardise(
  dataset: Pick<Dataset, 'features' | 'schema'>,
  rows: number,
  { means, scales, used }: Standardisation,
): Float64Array {
  const width = dataset.schema.features.length;
  const narrow = used.length;
  const matrix = new Float64Array(rows * narrow);
  for (let index = 0; index < narrow; index++) {
    const column = used[index]!;
    const mean = means[column]!;
    const scale = scales[column]!;
    for (let row = 0; row < rows; row++) {
      const value = dataset.features[row * width + column]!;
      if (!Number.isNaN(value)) matrix[row * narrow + index] = (value - mean) / scale;
    }
  }
  return matrix;
}

/** Spreads weights of the used features (outputs x used) over all features (outputs x width); 0 for the others. */
export function spreadWeights(
  weights: Float64Array,
  outputs: number,
  width: number,
  used: readonly number[],
): Float64Array {
  const all = new Float64Array(outputs * width);
  for (let output = 0; output < outputs; output++) {
    used.forEach((column, index) => {
      all[output * width + column] = weights[output * used.length + index]!;
    });
  }
  return all;
}
