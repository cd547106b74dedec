import { isProbabilityRow } from '../metric/classification.js';
import type { OutcomeValue, Task } from '../model/task.js';
import type { RolloutPair } from './rollout-evidence.js';
import type { RolloutPlan } from './rollout-plan.js';

/** What both versions said of one request, and what happened. */
export interface ScoredTwice {
  /** Probabilities in class order, or the one value. */
  readonly champion: readonly number[];
  readonly challenger: readonly number[];
  readonly outcome: OutcomeValue;
}

/** Probabilities below this count as this: one denied outcome is worth at most ln 1000 nats. */
const floor = 1e-3;

/**
 * The difference of two losses on the same request; undefined when it cannot be judged (an outcome that is no class, scores
 * that are no probabilities, a regression without a scale).
 *
 * A classification compares log losses. Before anything is bet on it the difference is multiplied by
 * min(1, bound / reach), where reach is the most that it could have come to over all classes. Forecasts are known before the
 * outcome, so a weight says nothing of what happened, and whoever is right about a request stays ahead on it on average
 * (Henzi & Ziegel 2022). Tested is therefore the mean of the differences so weighted; where versions never disagree by more
 * than a factor of e^bound every weight is 1.
 *
 * A regression compares squared errors in units of the plan's scale. Nothing limits those beforehand, so the difference is
 * clipped to ± bound: tested is the mean of the clipped differences.
 */
export function pairedOutcome(
  task: Task,
  { bound, scale }: Pick<RolloutPlan, 'bound' | 'scale'>,
  { champion, challenger, outcome }: ScoredTwice,
): Omit<RolloutPair, 'observedAt'> | undefined {
  if (task.kind === 'regression') {
    const observed = Number(outcome);
    const difference = ((champion[0]! - observed) ** 2 - (challenger[0]! - observed) ** 2) / (scale ?? NaN);
    if (!Number.isFinite(difference)) return undefined;
    return { difference, weighted: Math.min(bound, Math.max(-bound, difference)) };
  }
  const width = task.classes.length;
  const observed = task.classes.indexOf(String(outcome));
  if (observed < 0 || !isForecast(champion, width) || !isForecast(challenger, width)) return undefined;
  const ratios = champion.map((p, k) => Math.log(Math.max(challenger[k]!, floor) / Math.max(p, floor)));
  const reach = Math.max(...ratios.map(Math.abs));
  const difference = ratios[observed]!;
  return { difference, weighted: reach > bound ? (difference * bound) / reach : difference };
}

function isForecast(scores: readonly number[], width: number): boolean {
  return scores.length === width && isProbabilityRow(scores, 0, width);
}
