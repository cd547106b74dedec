import { rowMetricsOf, rowValues } from '../metric/evaluate.js';
import { direction } from '../metric/metrics.js';
import { featureChange } from '../model/version-features.js';
import { readOptions } from '../plugin/options.js';
import type { JsonObject } from '../shared/json.js';
import { figure, pValueInWords } from '../shared/words.js';
import { bootstrapMean } from '../statistic/bootstrap.js';
import { mcNemarExact, meanExceeds } from '../statistic/tests.js';
import { defineGate, type GateContext, type GateVerdict } from './gate-definition.js';
import { championProblem, evaluationProblem } from './judgeable.js';
import { refused } from './refused.js';
import { reaches } from './tolerance.js';

type Verdict = Omit<GateVerdict, 'gate'>;

/** Candidate against champion, row by row; gains are positive where the candidate is better. */
interface Comparison {
  readonly metric: string;
  readonly n: number;
  readonly candidate: number;
  readonly champion: number;
  /** Mean gain. */
  readonly gain: number;
  readonly gains: Float64Array;
  /** 95 % paired bootstrap interval of the mean gain. */
  readonly interval: readonly [number, number];
  readonly evidence: JsonObject;
}

/**
 * The candidate must compare well with the champion on rows that neither was fitted on. `mode`:
 * `point` its mean gain in `metric` (accuracy) is at least `required` (`validation_improvement_required`) ·
 * `superiority` a paired one-sided t-test on `metric` (log loss; absolute error of a regression) says "better" at `alpha` ·
 * `non_inferiority` the same test says "not worse by more than `delta`".
 *
 * The paired bootstrap interval and the exact McNemar p-value are in the evidence of every mode. A model that never had
 * a champion accepts with code `no_champion`; a champion that cannot be compared with refuses.
 */
export const improvement = defineGate({
  name: 'improvement',
  description: 'The candidate is better than the champion, or not worse, on rows neither was fitted on.',
  parseOptions: (raw) =>
    readOptions(raw, {
      mode: { kind: 'choice', fallback: 'point', choices: ['point', 'superiority', 'non_inferiority'] },
      metric: { kind: 'choice', choices: ['accuracy', 'log_loss', 'brier', 'rps', 'mae'] },
      required: { kind: 'number' },
      alpha: { kind: 'number', fallback: 0.05, least: 1e-6, most: 0.5 },
      delta: { kind: 'number', fallback: 0.01, least: 0 },
      min_rows: { kind: 'number', fallback: 30, least: 2, whole: true },
    }),
  evaluate(context, options) {
    const mode = options['mode'] as 'point' | 'superiority' | 'non_inferiority';
    const metric = (options['metric'] as string | undefined) ?? metricFor(context, mode);
    if (!rowMetricsOf(context.definition.task).includes(metric)) {
      const usable = rowMetricsOf(context.definition.task).join(', ');
      return refused('metric_required', `This model is not compared by ${metric}: give the gate one of ${usable}.`, {
        metric,
      });
    }
    const problem = evaluationProblem(context, options['min_rows'] as number);
    if (problem) return problem;
    if (!context.champion && context.evaluation.championAbsence?.kind === 'none') {
      return {
        accepted: true,
        code: 'no_champion',
        n: context.evaluation.rows,
        reason: 'There is no champion to compare with: this is the first one.',
        evidence: { mode, metric },
      };
    }
    const incomparable = championProblem(context);
    if (incomparable) return incomparable;
    const comparison = compare(context, metric);
    const verdict = judge(comparison, mode, options, context.config.validation_improvement_required);
    const change = featureChange(context.champion!, context.candidate);
    if (change === undefined) return verdict;
    const told = `The features have changed since the champion; each version was judged by what it reads. ${change}`;
    return { ...verdict, reason: `${verdict.reason} ${told}`, evidence: { ...verdict.evidence, features: change } };
  },
});

function judge(
  comparison: Comparison,
  mode: 'point' | 'superiority' | 'non_inferiority',
  options: JsonObject,
  usual: number,
): Verdict {
  if (mode === 'point') return judgePoint(comparison, (options['required'] as number | undefined) ?? usual);
  const alpha = options['alpha'] as number;
  return mode === 'superiority'
    ? judgeTest(comparison, 0, alpha, ['superior', 'not_superior'])
    : judgeTest(comparison, -(options['delta'] as number), alpha, ['not_inferior', 'inferior']);
}

/** Accuracy carries the point rule of a classification; a regression must choose what its points are in. */
function metricFor({ definition }: GateContext, mode: string): string {
  if (mode === 'point') return 'accuracy';
  return definition.task.kind === 'regression' ? 'mae' : 'log_loss';
}

function compare({ definition, evaluation, seed }: GateContext, metric: string): Comparison {
  const { task } = definition;
  const championScores = evaluation.championScores!;
  const candidate = rowValues(metric, task, evaluation.candidateScores, evaluation.outcomes)!;
  const champion = rowValues(metric, task, championScores, evaluation.outcomes)!;
  const gains = candidate.map((value, row) => (value - champion[row]!) * direction(metric));
  const gain = average(gains);
  return {
    metric,
    n: evaluation.rows,
    candidate: average(candidate),
    champion: average(champion),
    gain,
    gains,
    interval: bootstrapMean(gains, { seed })!,
    evidence: {
      metric,
      candidate: average(candidate),
      champion: average(champion),
      champion_rows_as_is: evaluation.championRowsAsIs,
      ...(task.kind === 'classification' ? discordance(evaluation.candidateScores, championScores) : {}),
    },
  };

  /** Rows where only one of the two is right, and the exact McNemar p-value of "equally often". */
  function discordance(candidateScores: Float64Array, scoresOfChampion: Float64Array): JsonObject {
    const hits = rowValues('accuracy', task, candidateScores, evaluation.outcomes)!;
    const championHits = rowValues('accuracy', task, scoresOfChampion, evaluation.outcomes)!;
    let [onlyCandidate, onlyChampion] = [0, 0];
    hits.forEach((hit, row) => {
      if (hit > championHits[row]!) onlyCandidate++;
      else if (hit < championHits[row]!) onlyChampion++;
    });
    return {
      only_candidate_right: onlyCandidate,
      only_champion_right: onlyChampion,
      mcnemar_p_value: mcNemarExact(onlyCandidate, onlyChampion),
    };
  }
}

function judgePoint(comparison: Comparison, required: number): Verdict {
  const accepted = reaches(comparison.gain, required);
  return {
    accepted,
    code: accepted ? 'improves_enough' : 'improves_too_little',
    score: comparison.gain,
    threshold: required,
    n: comparison.n,
    interval: comparison.interval,
    reason: `${inWords(comparison)}; at least ${required} is asked for.`,
    evidence: { mode: 'point', ...comparison.evidence },
  };
}

/** Accepts when the one-sided test says that the mean gain exceeds `limit`. */
function judgeTest(
  comparison: Comparison,
  limit: number,
  alpha: number,
  [yes, no]: readonly [string, string],
): Verdict {
  const pValue = meanExceeds(comparison.gains, limit);
  const accepted = pValue <= alpha;
  const claim = limit === 0 ? 'better' : `not worse by more than ${figure(-limit)}`;
  return {
    accepted,
    code: accepted ? yes : no,
    score: comparison.gain,
    threshold: limit,
    n: comparison.n,
    interval: comparison.interval,
    pValue,
    reason: `${inWords(comparison)}; "${claim}" is ${accepted ? '' : 'not '}shown (${pValueInWords(pValue)}, level ${alpha}).`,
    evidence: {
      mode: limit === 0 && yes === 'superior' ? 'superiority' : 'non_inferiority',
      alpha,
      ...comparison.evidence,
    },
  };
}

function inWords({ metric, candidate, champion, gain, interval, n }: Comparison): string {
  const range = `95 % interval ${figure(interval[0])} to ${figure(interval[1])}`;
  return `${metric} ${figure(candidate)} against the champion's ${figure(champion)} on ${n} rows: a gain of ${figure(gain)} (${range})`;
}

function average(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
