import type { Calibration } from '../onnx/classification-head.js';

/** Turns scores into probabilities in place; returns log(sum(exp(scores))), without overflow. */
export function normalise(scores: Float64Array): number {
  let most = -Infinity;
  for (let c = 0; c < scores.length; c++) if (scores[c]! > most) most = scores[c]!;
  let sum = 0;
  for (let c = 0; c < scores.length; c++) sum += scores[c] = Math.exp(scores[c]! - most);
  for (let c = 0; c < scores.length; c++) scores[c]! /= sum;
  return most + Math.log(sum);
}

/** Logarithms of the probabilities that scores stand for: rows x classes, row-major, like the scores. */
export function logProbabilities(scores: Float64Array, classes: number): Float64Array {
  const result = scores.slice();
  for (let from = 0; from < scores.length; from += classes) {
    const normaliser = normalise(scores.slice(from, from + classes));
    for (let c = from; c < from + classes; c++) result[c]! -= normaliser;
  }
  return result;
}

/** Probabilities of scores (rows x classes, row-major) as the head of a classification graph computes them. */
export function probabilitiesOf(scores: Float64Array, classes: number, calibration?: Calibration): Float64Array {
  const result = calibration ? logProbabilities(scores, classes) : scores.slice();
  for (let from = 0; from < result.length; from += classes) {
    const row = result.subarray(from, from + classes);
    if (calibration) {
      for (let c = 0; c < classes; c++) row[c] = row[c]! * calibration.slopes[c]! + calibration.offsets[c]!;
    }
    normalise(row);
  }
  return result;
}
