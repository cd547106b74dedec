import { normalQuantile } from '../statistic/distributions.js';
import { moments } from '../statistic/tests.js';
import { predictedClasses, smallestProbability } from './classification.js';

/** How a classification's own confidence turned out on its evaluation: what estimates without outcomes rest on. */
export interface ConfidenceBaseline {
  readonly rows: number;
  /** Exponent that makes the stated probabilities fit what happened (raised to it and scaled to sum one); 1 = as stated. */
  readonly power: number;
  /** Mean of hit minus the fitted probability of the predicted class, and its standard deviation over rows. */
  readonly accuracyGap: number;
  readonly accuracyDeviation: number;
  /** Standard deviation over rows of log loss minus what the fitted probabilities expect it to be (their means are equal). */
  readonly logLossDeviation: number;
}

/** An estimate of what outcomes will show. */
export interface Estimate {
  readonly value: number;
  /** Where the realised value lies with probability 95 %, if the model is as right as on its evaluation. */
  readonly interval: readonly [number, number];
}

export interface PerformanceEstimate {
  readonly rows: number;
  readonly accuracy: Estimate;
  readonly logLoss: Estimate;
}

/** Fewer rows calibrate nothing. */
const fewestRows = 100;
const [leastPower, mostPower] = [0.05, 20];
const z95 = normalQuantile(0.975);

/** From evaluated rows (rows x classes probabilities, class indices); undefined for fewer than 100. */
export function confidenceBaseline(
  classes: number,
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): ConfidenceBaseline | undefined {
  const rows = outcomes.length;
  if (rows < fewestRows) return undefined;
  const logs = logarithms(scores, rows * classes);
  const power = fittedPower(classes, logs, outcomes);
  const predicted = predictedClasses(classes, scores, rows);
  const hits = new Float64Array(rows);
  const losses = new Float64Array(rows);
  const row = new Float64Array(classes);
  for (let index = 0; index < rows; index++) {
    const expected = expectedOf(classes, logs, index, power, predicted[index]!, row);
    hits[index] = (predicted[index] === outcomes[index] ? 1 : 0) - expected.hit;
    losses[index] = -logs[index * classes + outcomes[index]!]! - expected.loss;
  }
  const gap = moments(hits);
  return {
    rows,
    power,
    accuracyGap: gap.mean,
    accuracyDeviation: gap.deviation,
    logLossDeviation: moments(losses).deviation,
  };
}

/**
 * Accuracy and log loss of answers whose outcomes are not known yet; undefined without answers.
 *
 * Confidence-based performance estimation: if p is right after calibration, a prediction hits with the calibrated
 * probability of its class and loses −Σ p ln q on average. Both are calibrated on the evaluation: the power by maximum
 * likelihood, which makes the expected log loss of the evaluation equal the realised one, the accuracy by its mean gap.
 * The interval adds the chance in the outcomes to that in the evaluation. A changed world, in which the same confidence is
 * right less often, is invisible to it: that is what outcomes are for.
 */
export function estimatePerformance(
  classes: number,
  scores: ArrayLike<number>,
  baseline: ConfidenceBaseline,
): PerformanceEstimate | undefined {
  const rows = scores.length / classes;
  if (rows === 0) return undefined;
  const logs = logarithms(scores, scores.length);
  const predicted = predictedClasses(classes, scores, rows);
  const row = new Float64Array(classes);
  let [hits, hitVariance, losses, lossVariance] = [0, 0, 0, 0];
  for (let index = 0; index < rows; index++) {
    const expected = expectedOf(classes, logs, index, baseline.power, predicted[index]!, row);
    hits += expected.hit;
    hitVariance += expected.hit * (1 - expected.hit);
    losses += expected.loss;
    lossVariance += expected.lossVariance;
  }
  const within = (value: number, variance: number, deviation: number, most: number): Estimate => {
    const half = z95 * Math.sqrt(variance / (rows * rows) + (deviation * deviation) / baseline.rows);
    return { value, interval: [Math.max(0, value - half), Math.min(most, value + half)] };
  };
  // An error of the power moves the expected loss by its variance: rows more extreme than the evaluated ones feel it more.
  const spread = baseline.logLossDeviation ** 2;
  const leverage = spread > 0 ? Math.max(1, lossVariance / rows / spread) : 1;
  const accuracy = Math.min(1, Math.max(0, hits / rows + baseline.accuracyGap));
  return {
    rows,
    accuracy: within(accuracy, hitVariance, baseline.accuracyDeviation, 1),
    logLoss: within(losses / rows, lossVariance, baseline.logLossDeviation * leverage, Infinity),
  };
}

function logarithms(scores: ArrayLike<number>, length: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => Math.log(Math.max(scores[index]!, smallestProbability)));
}

/** What the probabilities raised to `power` expect of a row; `fitted` is scratch space for them. */
function expectedOf(
  classes: number,
  logs: Float64Array,
  index: number,
  power: number,
  predicted: number,
  fitted: Float64Array,
): { readonly hit: number; readonly loss: number; readonly lossVariance: number } {
  raise(classes, logs, index, power, fitted);
  let [loss, square] = [0, 0];
  for (let k = 0; k < classes; k++) {
    const log = logs[index * classes + k]!;
    loss -= fitted[k]! * log;
    square += fitted[k]! * log * log;
  }
  return { hit: fitted[predicted]!, loss, lossVariance: Math.max(0, square - loss * loss) };
}

function raise(classes: number, logs: Float64Array, index: number, power: number, fitted: Float64Array): void {
  let largest = -Infinity;
  for (let k = 0; k < classes; k++) largest = Math.max(largest, power * logs[index * classes + k]!);
  let sum = 0;
  for (let k = 0; k < classes; k++) sum += fitted[k] = Math.exp(power * logs[index * classes + k]! - largest);
  for (let k = 0; k < classes; k++) fitted[k]! /= sum;
}

/** Maximum likelihood by Newton's method in a bracket: the slope Σ (ln p_observed − Σ p̂ ln p) falls with the power. */
function fittedPower(classes: number, logs: Float64Array, outcomes: ArrayLike<number>): number {
  const fitted = new Float64Array(classes);
  let [low, high, power] = [leastPower, mostPower, 1];
  for (let step = 0; step < 60 && high - low > 1e-12; step++) {
    let [slope, curvature] = [0, 0];
    for (let index = 0; index < outcomes.length; index++) {
      const { loss, lossVariance } = expectedOf(classes, logs, index, power, 0, fitted);
      slope += logs[index * classes + outcomes[index]!]! + loss;
      curvature += lossVariance;
    }
    if (slope > 0) low = power;
    else high = power;
    const newton = power + slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - power) < 1e-13) break;
    power = next;
  }
  return power;
}
