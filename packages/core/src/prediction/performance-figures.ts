import { excessLogLoss } from '../metric/excess-log-loss.js';
import { estimatePerformance, type PerformanceEstimate } from '../metric/confidence.js';
import { metricsOf } from '../metric/evaluate.js';
import type { Metrics } from '../metric/metrics.js';
import type { Evaluation } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import { moments } from '../statistic/tests.js';
import { maturedRows } from './matured-rows.js';
import type { AnsweredPrediction, MaturedPrediction } from './prediction.js';

/** Figures of some answers whose outcome is known. */
export interface Figures {
  readonly n: number;
  readonly metrics: Metrics;
  /** Beside the outside benchmark, on the rows that carry one; left out without such rows. */
  readonly benchmark?: BenchmarkFigures;
}

export interface BenchmarkFigures {
  readonly n: number;
  /** Mean log loss of the model minus that of the benchmark, and its standard error. */
  readonly excess: number;
  readonly standardError: number;
}

/** An estimate without outcomes beside what those outcomes showed that are known. */
export interface Foresight {
  readonly estimate: PerformanceEstimate;
  /** On the answers with an outcome; left out while there are none. */
  readonly realised?: { readonly n: number; readonly accuracy: number; readonly logLoss: number };
}

/** Answers that cannot be judged (an outcome that is no class of the model) are left out. */
export function figuresOf(task: Task, matured: readonly MaturedPrediction[]): Figures {
  const { rows, scores, outcomes, benchmark } = maturedRows(task, matured);
  const figures = { n: rows, metrics: metricsOf(task, scores, outcomes) };
  if (task.kind === 'regression') return figures;
  const excess = excessLogLoss(task.classes.length, scores, outcomes, benchmark).filter((value) =>
    Number.isFinite(value),
  );
  if (excess.length === 0) return figures;
  const { mean, deviation } = moments(excess);
  const beside = { n: excess.length, excess: mean, standardError: deviation / Math.sqrt(excess.length) };
  return { ...figures, benchmark: beside };
}

/** What the confidence of answers promises; undefined for a regression and without a calibrated evaluation. */
export function foresightOf(
  task: Task,
  answered: readonly AnsweredPrediction[],
  baseline: Evaluation | undefined,
): Foresight | undefined {
  if (task.kind === 'regression' || !baseline?.confidence) return undefined;
  const classes = task.classes.length;
  // Any class will do as outcome: only the check of the probabilities is wanted here.
  const usable = maturedRows(
    task,
    answered.map((one) => ({ ...one, outcome: task.classes[0]!, observedAt: one.prediction.occurredAt })),
  );
  const estimate = estimatePerformance(classes, usable.scores, baseline.confidence);
  if (!estimate) return undefined;
  const { n, metrics } = figuresOf(task, answered.filter(isMatured));
  if (n === 0) return { estimate };
  return { estimate, realised: { n, accuracy: metrics['accuracy']!, logLoss: metrics['log_loss']! } };
}

export function isMatured(one: AnsweredPrediction): one is MaturedPrediction {
  return one.outcome !== undefined;
}
