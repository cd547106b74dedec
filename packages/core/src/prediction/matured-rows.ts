import type { Task } from '../model/task.js';
import { isProbabilityRow } from '../metric/classification.js';
import type { MaturedPrediction } from './prediction.js';

/** Matured predictions as arrays that metrics read. */
export interface MaturedRows {
  readonly rows: number;
  /** rows x outputs, row-major. */
  readonly scores: Float64Array;
  /** Class index, or the value itself. */
  readonly outcomes: Float64Array;
  /** rows x outputs, NaN where a row has no benchmark. */
  readonly benchmark: Float64Array;
  /** Predictions left out: an outcome that is no class of the model, scores that are no probabilities. */
  readonly unusable: number;
}

/** Keeps the order given; a prediction that cannot be judged is counted and never spoils the others. */
export function maturedRows(task: Task, matured: readonly MaturedPrediction[]): MaturedRows {
  const width = task.kind === 'classification' ? task.classes.length : 1;
  const scores = new Float64Array(matured.length * width);
  const outcomes = new Float64Array(matured.length);
  const outside = new Float64Array(matured.length * width).fill(NaN);
  let rows = 0;
  for (const { prediction, outcome, benchmark } of matured) {
    const observed = task.kind === 'classification' ? task.classes.indexOf(String(outcome)) : Number(outcome);
    const given = prediction.scores;
    const usable =
      task.kind === 'classification'
        ? observed >= 0 && given.length === width && isProbabilityRow(given, 0, width)
        : Number.isFinite(observed) && given.length === 1 && Number.isFinite(given[0]!);
    if (!usable) continue;
    scores.set(given, rows * width);
    if (benchmark?.length === width) outside.set(benchmark, rows * width);
    outcomes[rows++] = observed;
  }
  return {
    rows,
    scores: scores.subarray(0, rows * width),
    outcomes: outcomes.subarray(0, rows),
    benchmark: outside.subarray(0, rows * width),
    unusable: matured.length - rows,
  };
}
