import type { ClassificationTask } from '../model/task.js';
import { invalid } from '../shared/errors.js';
import { expectedCalibrationError } from './calibration-error.js';
import type { Metrics } from './metrics.js';

/** Figures that are the mean of one number per row, so that two models can be compared row by row. */
export const classificationRowMetrics = ['accuracy', 'log_loss', 'brier', 'rps'] as const;

export type ClassificationRowMetric = (typeof classificationRowMetrics)[number];

/** Probabilities below this count as this in the log loss: one impossible surprise costs 34.5 nats, never infinity. */
export const smallestProbability = 1e-15;

/** How far the probabilities of a row may be from summing to one (float32 models). */
const sumTolerance = 1e-5;

/**
 * All classification figures of some rows.
 *
 * `scores` are rows x classes probabilities, row-major; `outcomes` are class indices. `rps` only where the classes are
 * ordered. No rows, no figures. Throws `scores_invalid` or `outcomes_invalid`.
 */
export function classificationMetrics(
  task: ClassificationTask,
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): Metrics {
  checkProbabilities(task, scores, outcomes);
  const rows = outcomes.length;
  if (rows === 0) return {};
  const metrics: Record<string, number> = {};
  for (const metric of classificationRowMetrics) {
    if (metric === 'rps' && !task.ordered) continue;
    metrics[metric] = mean(classificationRowValues(metric, task, scores, outcomes));
  }
  const predicted = predictedClasses(task.classes.length, scores, rows);
  const confidences = new Float64Array(rows);
  const hits = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    confidences[row] = scores[row * task.classes.length + predicted[row]!]!;
    hits[row] = predicted[row] === outcomes[row] ? 1 : 0;
  }
  metrics['ece'] = expectedCalibrationError(confidences, hits);
  metrics['macro_f1'] = macroF1(task.classes.length, predicted, outcomes);
  return metrics;
}

/**
 * One number per row: hit (1 or 0), log loss (natural), Brier (summed over classes) or ranked probability score
 * (divided by classes − 1). The scores must have passed `checkProbabilities`.
 */
export function classificationRowValues(
  metric: ClassificationRowMetric,
  task: ClassificationTask,
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): Float64Array {
  const classes = task.classes.length;
  const rows = outcomes.length;
  const values = new Float64Array(rows);
  if (metric === 'accuracy') {
    const predicted = predictedClasses(classes, scores, rows);
    for (let row = 0; row < rows; row++) values[row] = predicted[row] === outcomes[row] ? 1 : 0;
    return values;
  }
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    const observed = outcomes[row]!;
    if (metric === 'log_loss') {
      values[row] = -Math.log(Math.max(scores[start + observed]!, smallestProbability));
      continue;
    }
    let sum = 0;
    let cumulative = 0;
    for (let k = 0; k < classes; k++) {
      const gap = scores[start + k]! - (k === observed ? 1 : 0);
      cumulative += gap;
      sum += metric === 'brier' ? gap * gap : (cumulative * cumulative) / (classes - 1);
    }
    values[row] = sum;
  }
  return values;
}

/** The most probable class of each row; the first of equals. */
export function predictedClasses(classes: number, scores: ArrayLike<number>, rows: number): Int32Array {
  const predicted = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (scores[row * classes + k]! > scores[row * classes + best]!) best = k;
    }
    predicted[row] = best;
  }
  return predicted;
}

/** Throws unless every row holds probabilities (finite, 0..1, summing to 1 within 1e-5) and every outcome is a class index. */
export function checkProbabilities(
  task: ClassificationTask,
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): void {
  const classes = task.classes.length;
  if (scores.length !== outcomes.length * classes) {
    throw invalid(
      'scores_invalid',
      `${scores.length} scores do not make ${outcomes.length} rows of ${classes} probabilities.`,
    );
  }
  for (let row = 0; row < outcomes.length; row++) {
    const observed = outcomes[row]!;
    if (!Number.isInteger(observed) || observed < 0 || observed >= classes) {
      throw invalid('outcomes_invalid', `Row ${row}: outcome ${observed} is no class index (0..${classes - 1}).`);
    }
    if (!isProbabilityRow(scores, row * classes, classes)) {
      throw invalid('scores_invalid', `Row ${row}: the ${classes} scores are no probabilities (finite, 0..1, sum 1).`);
    }
  }
}

/** Whether `length` numbers from `start` are finite, within 0..1, and sum to one. */
export function isProbabilityRow(scores: ArrayLike<number>, start: number, length: number): boolean {
  let sum = 0;
  for (let k = start; k < start + length; k++) {
    const p = scores[k]!;
    if (!(p >= 0 && p <= 1 + sumTolerance)) return false;
    sum += p;
  }
  return Math.abs(sum - 1) <= sumTolerance;
}

/** Mean of F1 over the classes that were observed or predicted; a class never hit counts 0 (scikit-learn's convention). */
function macroF1(classes: number, predicted: Int32Array, outcomes: ArrayLike<number>): number {
  let sum = 0;
  let present = 0;
  for (let k = 0; k < classes; k++) {
    let both = 0;
    let either = 0;
    for (let row = 0; row < predicted.length; row++) {
      const said = predicted[row] === k;
      const was = outcomes[row] === k;
      if (said && was) both++;
      if (said) either++;
      if (was) either++;
    }
    if (either === 0) continue;
    present++;
    sum += (2 * both) / either;
  }
  return sum / present;
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
