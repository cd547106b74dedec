import type { PairedEvaluation } from '../evaluation/paired-evaluation.js';
import { isProbabilityRow, smallestProbability } from '../metric/classification.js';
import type { Task } from '../model/task.js';
import { figure } from '../shared/words.js';
import { moments } from '../statistic/tests.js';

/** A candidate too good to be true. */
export interface SuspectedLeak {
  readonly code: 'suspected_leak';
  /** Mean log loss by which the candidate beats the benchmark, and its standard error. */
  readonly score: number;
  readonly standardError: number;
  readonly n: number;
  readonly reason: string;
}

/** Fewer rows with a benchmark say nothing. */
const fewestRows = 30;

/**
 * A candidate that beats the outside benchmark (a market, for example) by more than two standard errors of the paired
 * log-loss difference has more likely seen the outcomes than outsmarted everybody: a person must look.
 *
 * Undefined when there is nothing suspicious, no benchmark, or too few rows that carry one.
 */
export function suspectLeak(task: Task, evaluation: PairedEvaluation): SuspectedLeak | undefined {
  const { benchmark, candidateScores, outcomes, rows } = evaluation;
  if (task.kind !== 'classification' || !benchmark) return undefined;
  const classes = task.classes.length;
  const gains: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (!isProbabilityRow(benchmark, row * classes, classes)) continue;
    const observed = row * classes + outcomes[row]!;
    const ratio =
      Math.max(candidateScores[observed]!, smallestProbability) / Math.max(benchmark[observed]!, smallestProbability);
    gains.push(Math.log(ratio));
  }
  if (gains.length < fewestRows) return undefined;
  const { mean, deviation } = moments(gains);
  const standardError = deviation / Math.sqrt(gains.length);
  if (!(mean > 2 * standardError) || mean <= 0) return undefined;
  return {
    code: 'suspected_leak',
    score: mean,
    standardError,
    n: gains.length,
    reason: `The candidate beats the benchmark by ${figure(mean)} log loss (standard error ${figure(standardError)}) on ${gains.length} rows: it may have seen the outcomes, so a person must look.`,
  };
}
