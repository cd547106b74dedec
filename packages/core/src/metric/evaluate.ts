import type { Task } from '../model/task.js';
import {
  checkProbabilities,
  classificationMetrics,
  classificationRowMetrics,
  classificationRowValues,
  type ClassificationRowMetric,
} from './classification.js';
import type { Metrics } from './metrics.js';
import { absoluteErrors, checkValues, regressionMetrics } from './regression.js';

/** All figures of some rows of either task; see `classificationMetrics` and `regressionMetrics`. */
export function metricsOf(task: Task, scores: ArrayLike<number>, outcomes: ArrayLike<number>): Metrics {
  return task.kind === 'classification'
    ? classificationMetrics(task, scores, outcomes)
    : regressionMetrics(scores, outcomes);
}

/** Throws `scores_invalid` or `outcomes_invalid` unless the rows can be judged. */
export function checkScores(task: Task, scores: ArrayLike<number>, outcomes: ArrayLike<number>): void {
  if (task.kind === 'classification') checkProbabilities(task, scores, outcomes);
  else checkValues(scores, outcomes);
}

/** Metrics of a task that are means over rows: the ones that two models can be paired on. */
export function rowMetricsOf(task: Task): readonly string[] {
  if (task.kind === 'regression') return ['mae'];
  return classificationRowMetrics.filter((metric) => metric !== 'rps' || task.ordered);
}

/** One number per row whose mean is the metric; undefined for a metric that is not a mean over rows. */
export function rowValues(
  metric: string,
  task: Task,
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): Float64Array | undefined {
  if (!rowMetricsOf(task).includes(metric)) return undefined;
  if (task.kind === 'regression') return absoluteErrors(scores, outcomes);
  return classificationRowValues(metric as ClassificationRowMetric, task, scores, outcomes);
}
