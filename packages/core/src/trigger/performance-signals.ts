import { calibrationSignal } from '../metric/calibration-signal.js';
import { classificationRowValues } from '../metric/classification.js';
import { absoluteErrors } from '../metric/regression.js';
import { excessLogLoss, excessSignal } from '../metric/excess-log-loss.js';
import type { Evaluation } from '../model/model-version.js';
import type { ClassificationTask } from '../model/task.js';
import type { JsonObject } from '../shared/json.js';
import { count, figure, percent, points, pValueInWords } from '../shared/words.js';
import { normalQuantile, normalTail } from '../statistic/distributions.js';
import { differenceInterval, moments, proportionBelow } from '../statistic/tests.js';
import type { MaturedRows } from '../prediction/matured-rows.js';

/** How the calibration of a classification may fire. */
export type CalibrationRule = 'cusum' | 'z' | 'off';

/** One way in which a model may be found worse than promised. */
export interface Signal {
  readonly name: 'accuracy' | 'calibration' | 'benchmark' | 'mae';
  readonly state: 'fired' | 'clear' | 'no_baseline';
  readonly score?: number;
  readonly interval?: readonly [number, number];
  readonly pValue?: number;
  readonly reason: string;
  readonly evidence: JsonObject;
}

interface Limits {
  readonly threshold: number;
  readonly alpha: number;
}

/** Excess of log loss over its expectation below which a significant z is too small to matter. */
const smallestExcess = 0.02;
const z95 = normalQuantile(0.975);

/** Drop of accuracy below the champion's own evaluation: fires when larger than the threshold and significant. */
export function judgeAccuracy(
  task: ClassificationTask,
  { rows, scores, outcomes }: MaturedRows,
  baseline: Evaluation | undefined,
  { threshold, alpha }: Limits,
): Signal {
  let hits = 0;
  for (const hit of classificationRowValues('accuracy', task, scores, outcomes)) hits += hit;
  const accuracy = hits / rows;
  const promised = baseline?.metrics['accuracy'];
  if (!baseline || !(baseline.rows > 0) || promised === undefined || !Number.isFinite(promised)) {
    return {
      name: 'accuracy',
      state: 'no_baseline',
      reason: `Accuracy is ${percent(accuracy)}, but the champion has no evaluation to compare with.`,
      evidence: { accuracy },
    };
  }
  const drop = promised - accuracy;
  const pValue = proportionBelow(hits, rows, promised, baseline.rows);
  const compared = `Accuracy is ${percent(accuracy)} on ${count(rows, 'matured prediction')} against ${percent(promised)} when the champion was evaluated: ${drop >= 0 ? 'a drop' : 'a rise'} of ${points(Math.abs(drop))} (threshold ${points(threshold)}, ${pValueInWords(pValue)}).`;
  return {
    name: 'accuracy',
    state: drop > threshold && pValue <= alpha ? 'fired' : 'clear',
    score: drop,
    interval: differenceInterval([promised, baseline.rows], [accuracy, rows]),
    pValue,
    reason: compared,
    evidence: { accuracy, baseline: promised, baseline_rows: baseline.rows, drop, p_value: pValue, level: alpha },
  };
}

/** Whether outcomes surprise the model more than its own probabilities allow. */
export function judgeCalibration(
  task: ClassificationTask,
  { scores, outcomes }: MaturedRows,
  rule: Exclude<CalibrationRule, 'off'>,
  alpha: number,
): Signal {
  const signal = calibrationSignal(task.classes.length, scores, outcomes)!;
  const excess = signal.logLoss - signal.expectedLogLoss;
  const fired = rule === 'cusum' ? signal.cusumPValue <= alpha : signal.pValue <= alpha && excess >= smallestExcess;
  const measured =
    rule === 'cusum' ? `CUSUM ${figure(signal.cusum)} of ${figure(-Math.log(alpha))}` : `z ${figure(signal.z)}`;
  return {
    name: 'calibration',
    state: fired ? 'fired' : 'clear',
    pValue: rule === 'cusum' ? signal.cusumPValue : signal.pValue,
    reason: `Log loss is ${figure(signal.logLoss)} where the model's own probabilities promise ${figure(signal.expectedLogLoss)} (${measured})${fired ? ': it is more confident than it is right' : ''}.`,
    evidence: {
      log_loss: signal.logLoss,
      expected_log_loss: signal.expectedLogLoss,
      z: signal.z,
      z_p_value: signal.pValue,
      cusum: signal.cusum,
      cusum_limit: -Math.log(alpha),
      rule,
      level: alpha,
    },
  };
}

/** How much worse than the benchmark a model may become, and how rare false alarms are. */
export interface BenchmarkRule {
  /** Nats of log loss. */
  readonly margin: number;
  /** Rows between two false alarms, on average at least. */
  readonly falseAlarmRows: number;
}

/** Whether the model has lost more to the outside benchmark than its evaluation did; undefined where no row carries one. */
export function judgeBenchmark(
  task: ClassificationTask,
  { scores, outcomes, benchmark }: MaturedRows,
  baseline: Evaluation | undefined,
  { margin, falseAlarmRows }: BenchmarkRule,
): Signal | undefined {
  const excess = excessLogLoss(task.classes.length, scores, outcomes, benchmark);
  const known = excess.reduce((rows, value) => rows + (Number.isFinite(value) ? 1 : 0), 0);
  if (known === 0) return undefined;
  const signal = baseline?.benchmark && excessSignal(excess, baseline.benchmark, margin);
  if (!signal) {
    const reason = `${count(known, 'row')} can be compared with a benchmark, but the champion's evaluation was not.`;
    return { name: 'benchmark', state: 'no_baseline', reason, evidence: { rows: known } };
  }
  const limit = Math.log(falseAlarmRows);
  const promised = baseline.benchmark!.excess;
  const fired = signal.cusum >= limit;
  return {
    name: 'benchmark',
    state: fired ? 'fired' : 'clear',
    reason: `Log loss is ${figure(signal.excess)} above the benchmark's on ${count(signal.rows, 'row')}, ${figure(promised)} when the champion was evaluated (CUSUM ${figure(signal.cusum)} of ${figure(limit)})${fired ? ': the benchmark foresaw what the model did not' : ''}.`,
    evidence: {
      rows: signal.rows,
      excess: signal.excess,
      baseline: promised,
      baseline_deviation: baseline.benchmark!.deviation,
      baseline_rows: baseline.benchmark!.rows,
      margin,
      cusum: signal.cusum,
      cusum_limit: limit,
      false_alarm_rows: falseAlarmRows,
    },
  };
}

/** Rise of the mean absolute error, as a share of the baseline's: fires when larger than the threshold and significant. */
export function judgeError(
  { rows, scores, outcomes }: MaturedRows,
  baseline: Evaluation | undefined,
  { threshold, alpha }: Limits,
): Signal {
  const { mean, deviation } = moments(absoluteErrors(scores, outcomes));
  const promised = baseline?.metrics['mae'];
  const squared = baseline?.metrics['rmse'];
  if (!baseline || !(baseline.rows > 0) || promised === undefined || squared === undefined || !(promised > 0)) {
    return {
      name: 'mae',
      state: 'no_baseline',
      reason: `The mean absolute error is ${figure(mean)}, but the champion has no evaluation to compare with.`,
      evidence: { mae: mean },
    };
  }
  const rise = (mean - promised) / promised;
  // The spread of the baseline's errors follows from its two figures: var |e| = rmse² − mae².
  const variance = Math.max(0, squared * squared - promised * promised);
  const error = Math.sqrt((deviation * deviation) / rows + variance / baseline.rows);
  const pValue = error > 0 ? normalTail((mean - promised) / error) : mean > promised ? 0 : 1;
  return {
    name: 'mae',
    state: rise > threshold && pValue <= alpha ? 'fired' : 'clear',
    score: rise,
    interval: [rise - (z95 * error) / promised, rise + (z95 * error) / promised],
    pValue,
    reason: `The mean absolute error is ${figure(mean)} on ${count(rows, 'matured prediction')} against ${figure(promised)} when the champion was evaluated: ${percent(Math.abs(rise))} ${rise >= 0 ? 'more' : 'less'} (threshold ${percent(threshold)}, ${pValueInWords(pValue)}).`,
    evidence: { mae: mean, baseline: promised, baseline_rows: baseline.rows, rise, p_value: pValue, level: alpha },
  };
}
