import { rowMetricsOf, rowValues } from '../metric/evaluate.js';
import { direction } from '../metric/metrics.js';
import { readOptions } from '../plugin/options.js';
import { didYouMean } from '../shared/did-you-mean.js';
import { count, figure, pValueInWords } from '../shared/words.js';
import { meanExceeds, moments } from '../statistic/tests.js';
import { defineGate, type GateContext, type GateVerdict } from './gate-definition.js';
import { championProblem, evaluationProblem } from './judgeable.js';
import { refused } from './refused.js';
import { segmentsOf, spansOfTime, type Segment } from './segment.js';

interface Judged {
  readonly segment: string;
  readonly rows: number;
  /** Mean of candidate's minus champion's loss: positive where the candidate is worse. */
  readonly worse: number;
  /** Of "worse by no more than delta". */
  readonly pValue: number;
}

/**
 * In no segment of the feature `by` may the candidate be worse than the champion by more than `delta` in `metric` (log loss;
 * absolute error of a regression). Without `by` the segments are `bins` spans of time.
 *
 * A categorical feature, or a numeric one with few values, makes a segment of each value; others are cut at quantiles into
 * `bins`. A segment refuses when its mean is worse by more than `delta` and a paired one-sided t-test says so at `alpha`
 * over all segments together (Bonferroni). Segments below `min_rows` are told, but not judged.
 */
export const segments = defineGate({
  name: 'segments',
  description: 'The candidate is not clearly worse than the champion in any segment of the rows.',
  parseOptions: (raw) =>
    readOptions(raw, {
      by: { kind: 'text' },
      metric: { kind: 'choice', choices: ['accuracy', 'log_loss', 'brier', 'rps', 'mae'] },
      delta: { kind: 'number', fallback: 0.02, least: 0 },
      alpha: { kind: 'number', fallback: 0.05, least: 1e-6, most: 0.5 },
      bins: { kind: 'number', fallback: 4, least: 2, most: 50, whole: true },
      min_rows: { kind: 'number', fallback: 30, least: 2, whole: true },
    }),
  evaluate(context, options) {
    const { definition, evaluation } = context;
    const by = options['by'] as string | undefined;
    const { delta, alpha, bins, min_rows: minRows } = options;
    const names = definition.schema.features.map(({ name }) => name);
    if (by !== undefined && !names.includes(by)) {
      const meant = didYouMean(by, names);
      const hint = meant ? `did you mean "${meant}"?` : `known: ${names.join(', ')}.`;
      return refused('unknown_feature', `The model has no feature "${by}"; ${hint}`, { by });
    }
    const metric = (options['metric'] as string | undefined) ?? rowMetricFor(context);
    if (!rowMetricsOf(definition.task).includes(metric)) {
      const usable = rowMetricsOf(definition.task).join(', ');
      return refused('metric_required', `This model is not compared by ${metric}: give the gate one of ${usable}.`);
    }
    const problem = evaluationProblem(context, minRows);
    if (problem) return problem;
    if (!context.champion && evaluation.championAbsence?.kind === 'none') {
      const reason = 'There is no champion to compare with: this is the first one.';
      return {
        accepted: true,
        code: 'no_champion',
        n: evaluation.rows,
        reason,
        evidence: { by: by ?? 'time', metric },
      };
    }
    const incomparable = championProblem(context);
    if (incomparable) return incomparable;
    const all = by === undefined ? spansOfTime(evaluation.times, bins) : featureSegments(context, by, bins);
    if (!all) return refused('features_missing', 'There are no features of the judged rows to cut them by.');
    return verdictOf(context, all, { by: by ?? 'time', metric, delta, alpha, minRows });
  },
});

function featureSegments(
  { definition: { schema }, evaluation: { rows }, features }: GateContext,
  by: string,
  bins: number,
): readonly Segment[] | undefined {
  const width = schema.features.length;
  if (features?.length !== rows * width) return undefined;
  const column = schema.features.findIndex(({ name }) => name === by);
  const values = Float32Array.from({ length: rows }, (_, row) => features[row * width + column]!);
  return segmentsOf(by, values, schema.features[column]!.kind === 'categorical' ? Infinity : bins);
}

function rowMetricFor({ definition }: GateContext): string {
  return definition.task.kind === 'regression' ? 'mae' : 'log_loss';
}

interface Rule {
  readonly by: string;
  readonly metric: string;
  readonly delta: number;
  readonly alpha: number;
  readonly minRows: number;
}

function verdictOf(context: GateContext, all: readonly Segment[], rule: Rule): Omit<GateVerdict, 'gate'> {
  const { by, metric, delta, alpha, minRows } = rule;
  const worse = lossesOver(context, metric);
  const judged = all
    .filter(({ rows }) => rows.length >= minRows)
    .map(({ name, rows }): Judged => {
      const losses = Float64Array.from(rows, (row) => worse[row]!);
      return {
        segment: name,
        rows: rows.length,
        worse: moments(losses).mean,
        pValue: meanExceeds(losses, delta),
      };
    });
  if (judged.length === 0) {
    return refused('too_few_rows', `No segment by ${by} has ${minRows} rows.`, { by });
  }
  const level = alpha / judged.length;
  const failing = judged.filter((one) => one.worse > delta && one.pValue <= level);
  const worst = judged.reduce((most, one) => (one.worse > most.worse ? one : most));
  const inWords = ({ segment, worse: loss, rows, pValue }: Judged) =>
    `${segment}: ${metric} worse by ${figure(loss)} on ${count(rows, 'row')} (${pValueInWords(pValue)})`;
  return {
    accepted: failing.length === 0,
    code: failing.length === 0 ? 'no_segment_worse' : 'segment_worse',
    score: worst.worse,
    threshold: delta,
    n: judged.reduce((sum, { rows }) => sum + rows, 0),
    pValue: worst.pValue,
    reason:
      failing.length > 0
        ? `Worse by more than ${delta}: ${failing.map(inWords).join('; ')}; level ${figure(level)} in each of ${count(judged.length, 'segment')}.`
        : `Of ${count(judged.length, 'segment')} by ${by}, none is shown to be worse by more than ${delta}; the worst is ${inWords(worst)}.`,
    evidence: {
      by,
      metric,
      alpha,
      segments: judged.map((one) => ({ segment: one.segment, rows: one.rows, worse: one.worse, p_value: one.pValue })),
      not_judged: all
        .filter(({ rows }) => rows.length < minRows)
        .map(({ name, rows }) => ({ segment: name, rows: rows.length })),
    },
  };
}

/** Candidate's minus champion's loss, row by row. */
function lossesOver({ definition: { task }, evaluation }: GateContext, metric: string): Float64Array {
  const candidate = rowValues(metric, task, evaluation.candidateScores, evaluation.outcomes)!;
  const champion = rowValues(metric, task, evaluation.championScores!, evaluation.outcomes)!;
  return candidate.map((value, row) => (champion[row]! - value) * direction(metric));
}
