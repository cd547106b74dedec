import { invalid } from '../shared/errors.js';
import type { Metrics } from './metrics.js';

/**
 * Mean absolute error, root mean squared error, and R² of some rows.
 *
 * One predicted and one observed finite number per row, same unit. R² is left out where the observed values do not
 * vary. No rows, no figures. Throws `scores_invalid` or `outcomes_invalid`.
 */
export function regressionMetrics(scores: ArrayLike<number>, outcomes: ArrayLike<number>): Metrics {
  checkValues(scores, outcomes);
  const rows = outcomes.length;
  if (rows === 0) return {};
  let absolute = 0;
  let squared = 0;
  let mean = 0;
  let spread = 0;
  for (let row = 0; row < rows; row++) {
    const error = scores[row]! - outcomes[row]!;
    absolute += Math.abs(error);
    squared += error * error;
    const delta = outcomes[row]! - mean;
    mean += delta / (row + 1);
    spread += delta * (outcomes[row]! - mean);
  }
  return {
    mae: absolute / rows,
    rmse: Math.sqrt(squared / rows),
    ...(spread > 0 ? { r2: 1 - squared / spread } : {}),
  };
}

/** |predicted − observed| of each row. */
export function absoluteErrors(scores: ArrayLike<number>, outcomes: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: outcomes.length }, (_, row) => Math.abs(scores[row]! - outcomes[row]!));
}

/** Throws unless there is one finite score and one finite outcome per row. */
export function checkValues(scores: ArrayLike<number>, outcomes: ArrayLike<number>): void {
  if (scores.length !== outcomes.length) {
    throw invalid('scores_invalid', `${scores.length} scores do not fit ${outcomes.length} outcomes.`);
  }
  for (let row = 0; row < outcomes.length; row++) {
    if (!Number.isFinite(outcomes[row]!)) throw invalid('outcomes_invalid', `Row ${row}: the outcome is not finite.`);
    if (!Number.isFinite(scores[row]!)) throw invalid('scores_invalid', `Row ${row}: the score is not finite.`);
  }
}
