import { calibrationSignal } from '../metric/calibration-signal.js';
import { expectedCalibrationError, sortedCalibrationError } from '../metric/calibration-error.js';
import { predictedClasses } from '../metric/classification.js';
import { readOptions } from '../plugin/options.js';
import { figure, pValueInWords } from '../shared/words.js';
import { seededRandom } from '../statistic/random.js';
import { defineGate } from './gate-definition.js';
import { evaluationProblem } from './judgeable.js';
import { refused } from './refused.js';

/** Evaluations that are simulated as if the candidate's confidence were right. */
const simulations = 1000;

/**
 * The candidate's confidence must be borne out: refused when its calibration error exceeds, by more than `max_excess`, what
 * right confidence would show on as many rows, and chance explains it at no more than `alpha`.
 *
 * Even perfect probabilities have a calibration error on few rows; that share is simulated from the candidate's own
 * confidence (consistency resampling, Bröcker & Smith 2007).
 */
export const calibration = defineGate({
  name: 'calibration',
  description: 'The candidate is about as often right as it says it is.',
  parseOptions: (raw) =>
    readOptions(raw, {
      max_excess: { kind: 'number', fallback: 0.02, least: 0, most: 1 },
      alpha: { kind: 'number', fallback: 0.05, least: 0.001, most: 0.5 },
      min_rows: { kind: 'number', fallback: 100, least: 2, whole: true },
    }),
  evaluate(context, { max_excess: threshold, alpha, min_rows }) {
    const { definition, evaluation, seed } = context;
    const { task } = definition;
    if (task.kind !== 'classification') {
      return refused('not_a_classification', 'A regression states no confidence that could be judged.');
    }
    const problem = evaluationProblem(context, min_rows);
    if (problem) return problem;
    const { candidateScores: scores, outcomes, rows } = evaluation;
    const { confidences, hits } = confidence(task.classes.length, scores, outcomes);
    const error = expectedCalibrationError(confidences, hits);
    const { mean, pValue } = underHonesty(confidences, error, seed);
    const score = error - mean;
    const accepted = score <= threshold || pValue > alpha;
    const signal = calibrationSignal(task.classes.length, scores, outcomes)!;
    const measured = `The calibration error is ${figure(error)} on ${rows} rows, where right confidence would show ${figure(mean)} by chance (${pValueInWords(pValue)})`;
    return {
      accepted,
      code: accepted ? 'calibrated' : 'miscalibrated',
      score,
      threshold,
      n: rows,
      pValue,
      reason: `${measured}; it may exceed that by ${threshold}, or by more where chance explains it (level ${alpha}).`,
      evidence: {
        ece: error,
        ece_by_chance: mean,
        alpha,
        log_loss: signal.logLoss,
        expected_log_loss: signal.expectedLogLoss,
        z: signal.z,
      },
    };
  },
});

function confidence(classes: number, scores: Float64Array, outcomes: Float64Array) {
  const predicted = predictedClasses(classes, scores, outcomes.length);
  const confidences = Float64Array.from(predicted, (best, row) => scores[row * classes + best]!);
  return { confidences, hits: Uint8Array.from(predicted, (best, row) => (best === outcomes[row] ? 1 : 0)) };
}

/** Mean error of right confidence, and how often it is at least the one that was measured. */
function underHonesty(confidences: Float64Array, measured: number, seed: number) {
  const random = seededRandom(seed);
  const sorted = confidences.slice().sort();
  const hits = new Uint8Array(sorted.length);
  let [sum, asLarge] = [0, 0];
  for (let draw = 0; draw < simulations; draw++) {
    for (let row = 0; row < hits.length; row++) hits[row] = random() < sorted[row]! ? 1 : 0;
    const error = sortedCalibrationError(sorted, hits);
    sum += error;
    if (error >= measured) asLarge++;
  }
  return { mean: sum / simulations, pValue: (asLarge + 1) / (simulations + 1) };
}
