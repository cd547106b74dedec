import { rowValues } from '../metric/evaluate.js';
import { direction } from '../metric/metrics.js';
import { readOptions } from '../plugin/options.js';
import { invalid } from '../shared/errors.js';
import { figure } from '../shared/words.js';
import { bootstrapMean } from '../statistic/bootstrap.js';
import { defineGate } from './gate-definition.js';
import { evaluationProblem } from './judgeable.js';
import { refused } from './refused.js';
import { reaches } from './tolerance.js';

/**
 * The candidate alone must be good enough: `metric` (accuracy) at or beyond `threshold` (`min_validation_accuracy`).
 *
 * For metrics where less is better the threshold is a ceiling. A regression must name its metric and threshold.
 */
export const minimumScore = defineGate({
  name: 'minimum_score',
  description: 'The candidate reaches a minimum score on rows it was not fitted on.',
  parseOptions(raw) {
    const options = readOptions(raw, {
      metric: { kind: 'choice', fallback: 'accuracy', choices: judgedMetrics },
      threshold: { kind: 'number' },
      min_rows: { kind: 'number', fallback: 30, least: 2, whole: true },
    });
    if (options['metric'] !== 'accuracy' && options['threshold'] === undefined) {
      throw invalid('invalid_options', `The metric ${String(options['metric'])} needs a threshold of its own.`, [
        { path: 'threshold', message: 'is required for any metric but accuracy' },
      ]);
    }
    return options;
  },
  evaluate(context, options) {
    const { definition, evaluation, config, seed } = context;
    const metric = options['metric'] as string;
    if (definition.task.kind === 'regression' && metric === 'accuracy') {
      return refused('metric_required', 'A regression has no accuracy: give the gate a metric and a threshold.');
    }
    const problem = evaluationProblem(context, options['min_rows'] as number);
    if (problem) return problem;
    const threshold = (options['threshold'] as number | undefined) ?? config.min_validation_accuracy;
    const score = evaluation.candidate[metric];
    if (score === undefined || !Number.isFinite(score)) {
      return refused('score_missing', `The candidate has no ${metric} on the judged rows.`, { metric });
    }
    const accepted = reaches(score * direction(metric), threshold * direction(metric));
    const values = rowValues(metric, definition.task, evaluation.candidateScores, evaluation.outcomes);
    const interval = values && bootstrapMean(values, { seed });
    const within = interval ? ` (95 % interval ${figure(interval[0])} to ${figure(interval[1])})` : '';
    const bound = direction(metric) > 0 ? 'at least' : 'at most';
    return {
      accepted,
      code: accepted ? 'reaches_minimum' : 'below_minimum',
      score,
      threshold,
      n: evaluation.rows,
      ...(interval ? { interval } : {}),
      reason: `The candidate's ${metric} is ${figure(score)}${within} on ${evaluation.rows} rows; ${bound} ${threshold} is asked for.`,
      evidence: { metric, metrics: evaluation.candidate },
    };
  },
});

const judgedMetrics = ['accuracy', 'log_loss', 'brier', 'rps', 'ece', 'macro_f1', 'mae', 'rmse', 'r2'] as const;
