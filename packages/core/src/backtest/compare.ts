import type { Dataset } from '../dataset/dataset.js';
import { slice } from '../dataset/dataset.js';
import { outputsOf } from '../deployment/version-loader.service.js';
import { metricsOf, rowValues } from '../metric/evaluate.js';
import { direction, type Metrics } from '../metric/metrics.js';
import { bootstrapMean } from '../statistic/bootstrap.js';
import type { Played } from './play.js';

/** Policy against another on the same rows; positive where it is better. */
export interface Gain {
  readonly metric: string;
  readonly gain: number;
  /** 95 % paired bootstrap interval. */
  readonly interval: readonly [number, number];
}

/** The figure that policies are compared by: log loss for classes, absolute error for numbers. */
export function comparingMetric({ task }: Pick<Dataset, 'task'>): string {
  return task.kind === 'classification' ? 'log_loss' : 'mae';
}

/** All figures of some of the served rows, [from, to) of the dataset; all of them unless given. */
export function figuresOfPlay(dataset: Dataset, played: Played, from = played.from, to = played.to): Metrics {
  const outputs = outputsOf(dataset.task);
  const scores = played.scores.subarray((from - played.from) * outputs, (to - played.from) * outputs);
  return metricsOf(dataset.task, scores, slice(dataset, from, to).outcomes);
}

/** One number per served row whose mean is the comparing metric, so that two policies can be compared row by row. */
export function lossesOfPlay(dataset: Dataset, { from, to, scores }: Played): Float64Array {
  return rowValues(comparingMetric(dataset), dataset.task, scores, slice(dataset, from, to).outcomes)!;
}

/** Row by row on the same rows. */
export function gainOver(dataset: Dataset, played: Played, reference: Played, seed: number): Gain {
  const metric = comparingMetric(dataset);
  const ours = lossesOfPlay(dataset, played);
  const gains = lossesOfPlay(dataset, reference).map((loss, row) => (ours[row]! - loss) * direction(metric));
  const gain = gains.reduce((sum, value) => sum + value, 0) / gains.length;
  return { metric, gain, interval: bootstrapMean(gains, { seed })! };
}

/** A contender for the answer. */
export interface Contender {
  readonly name: string;
  readonly played: Played;
  readonly metrics: Metrics;
}

export interface Answer {
  /** The cheapest policy that is not measurably worse than the best one. */
  readonly best: string;
  /** One sentence for people. */
  readonly sentence: string;
}

/** Which policy, at what cost: of those that cannot be told from the best by their interval, the one that fits least. */
export function answerOf(dataset: Dataset, contenders: readonly Contender[], seed: number): Answer {
  const metric = comparingMetric(dataset);
  const score = ({ metrics }: Contender) => metrics[metric]! * direction(metric);
  const [leader, second] = [...contenders].sort((a, b) => score(b) - score(a));
  const equals = contenders.filter(
    (one) => one === leader || gainOver(dataset, leader!.played, one.played, seed).interval[0] <= 0,
  );
  const best = equals.reduce((cheapest, one) => (workOf(one) < workOf(cheapest) ? one : cheapest));
  const words = (one: Contender) =>
    `${metric.replace('_', ' ')} ${one.metrics[metric]!.toFixed(4)} for ${costInWords(one.played)}`;
  if (best === leader) {
    const next = second ? `; next is "${second.name}" with ${words(second)}` : '';
    return { best: best.name, sentence: `"${best.name}" is best: ${words(best)}${next}.` };
  }
  const rows = best.played.to - best.played.from;
  return {
    best: best.name,
    sentence:
      `"${best.name}" is enough: ${words(best)}; "${leader!.name}" reaches ${words(leader!)}, ` +
      `a difference within the noise of ${rows} rows.`,
  };
}

/** Rows fitted on: the cost that is the same on every machine. */
function workOf({ played }: Contender): number {
  return played.cost.rows;
}

function costInWords({ retrainings: { length: n }, cost }: Played): string {
  return n === 0
    ? 'no retraining'
    : `${n} retraining${n === 1 ? '' : 's'} and ${cost.seconds.toFixed(1)} processor seconds`;
}
