import { OutcomeEvidence, type OutcomeRules } from './outcome-evidence.js';
import type { RolloutPair } from './rollout-evidence.js';

/** The evidence after some outcomes, for a chart. */
export interface RolloutPoint {
  readonly n: number;
  readonly observedAt: Date;
  /** Mean difference of the losses so far; above 0 the challenger is ahead. */
  readonly meanDifference: number;
  /** Ln of the e-values; decided at ln(1 / alpha). */
  readonly logBetter: number;
  readonly logWorse: number;
}

/**
 * The evidence over time, in the order in which outcomes were observed: at most `points` of them, evenly spread, the last one
 * always among them. Its end is what `judgeRollout` judges.
 */
export function rolloutSeries(
  pairs: readonly RolloutPair[],
  plan: OutcomeRules,
  points = 200,
): readonly RolloutPoint[] {
  const ordered = pairs
    .map((pair, index) => ({ pair, index }))
    .sort((a, b) => a.pair.observedAt.getTime() - b.pair.observedAt.getTime() || a.index - b.index);
  const every = Math.max(1, ordered.length / Math.max(1, points));
  const evidence = new OutcomeEvidence(plan);
  const series: RolloutPoint[] = [];
  let next = every;
  for (const { pair } of ordered) {
    evidence.add(pair);
    if (evidence.n < Math.round(next) && evidence.n < ordered.length) continue;
    next += every;
    const { n, better: logBetter, worse: logWorse } = evidence;
    series.push({ n, observedAt: pair.observedAt, meanDifference: evidence.mean!, logBetter, logWorse });
  }
  return series;
}
