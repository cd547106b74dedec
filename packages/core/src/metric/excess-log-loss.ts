import { moments } from '../statistic/tests.js';
import { isProbabilityRow, smallestProbability } from './classification.js';

/** How a model did beside an outside benchmark on the rows of its evaluation: what later rows are compared with. */
export interface BenchmarkBaseline {
  /** Rows that carry a benchmark. */
  readonly rows: number;
  /** Mean log loss of the model minus that of the benchmark, natural log. */
  readonly excess: number;
  /** Standard deviation of that difference over rows. */
  readonly deviation: number;
}

/** Fewer rows with a benchmark are no baseline. */
const fewestRows = 100;

/**
 * Log loss of the model minus that of the benchmark, row by row; NaN where a row has no benchmark.
 *
 * `scores` and `benchmark` are rows x classes, row-major; `outcomes` are class indices. What makes a season hard to predict is
 * hard for the benchmark too and cancels out: the difference varies about a quarter as much as the log loss itself.
 */
export function excessLogLoss(
  classes: number,
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  benchmark: ArrayLike<number>,
): Float64Array {
  const excess = new Float64Array(outcomes.length);
  for (let row = 0; row < outcomes.length; row++) {
    const observed = row * classes + outcomes[row]!;
    const ratio =
      Math.max(benchmark[observed]!, smallestProbability) / Math.max(scores[observed]!, smallestProbability);
    excess[row] = isProbabilityRow(benchmark, row * classes, classes) ? Math.log(ratio) : NaN;
  }
  return excess;
}

/** Summary of the excess on evaluated rows; undefined when fewer than 100 of them carry a benchmark. */
export function benchmarkBaseline(excess: Float64Array): BenchmarkBaseline | undefined {
  const known = excess.filter((value) => Number.isFinite(value));
  if (known.length < fewestRows) return undefined;
  const { mean, deviation } = moments(known);
  return { rows: known.length, excess: mean, deviation };
}

/** The CUSUM of excess log loss after some rows. */
export interface ExcessSignal {
  /** Rows that carry a benchmark. */
  readonly rows: number;
  /** Their mean excess. */
  readonly excess: number;
  /** After the last row; never negative. */
  readonly cusum: number;
  /** After each row; a row without benchmark keeps the value before it. */
  readonly path: Float64Array;
}

/**
 * CUSUM (Page 1954) of excess log loss over what the baseline promises, ascending in time; undefined when no row carries a benchmark.
 *
 * An increment is 2 m (x − μ − m) / σ², where μ is the baseline's mean plus its standard error, σ its deviation (at least m) and m
 * the `margin`, in nats, that the model may be worse without anybody minding. While the differences are as in the baseline, the
 * exponential of an increment has mean one (normal differences; less where the true mean is below μ), so by Lorden (1971)
 * false crossings of ln B are on average at least B rows apart, whenever one looks.
 */
export function excessSignal(
  excess: Float64Array,
  baseline: BenchmarkBaseline,
  margin: number,
): ExcessSignal | undefined {
  const spread = Math.max(baseline.deviation, margin);
  const weight = (2 * margin) / (spread * spread);
  const allowed = baseline.excess + spread / Math.sqrt(baseline.rows) + margin;
  const path = new Float64Array(excess.length);
  let [rows, sum, cusum] = [0, 0, 0];
  excess.forEach((value, row) => {
    if (Number.isFinite(value)) {
      rows++;
      sum += value;
      cusum = Math.max(0, cusum + weight * (value - allowed));
    }
    path[row] = cusum;
  });
  return rows === 0 ? undefined : { rows, excess: sum / rows, cusum, path };
}
