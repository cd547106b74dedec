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

/** A squared error that differs by more than so many times the scale counts as that. */
const clip = 1;

/**
 * The difference of two losses on the same request, with the least and the most that it could have been; undefined when it
 * cannot be judged (an outcome that is no class, scores that are no probabilities, a regression without a scale).
 *
 * A classification compares log losses. Both forecasts are known before the outcome, so the range is too: it is what bets are
 * limited by, and nothing needs to be clipped (Henzi & Ziegel 2022).
 *
 * A regression compares squared errors in units of the plan's scale. Nothing limits those beforehand, so the difference is
 * clipped to ± 1: tested is the mean of the clipped differences.
 */
export function pairedOutcome(
  task: Task,
  { scale }: Pick<RolloutPlan, 'scale'>,
  { champion, challenger, outcome }: ScoredTwice,
): Omit<RolloutPair, 'observedAt'> | undefined {
  if (task.kind === 'regression') {
    const observed = Number(outcome);
    const difference = ((champion[0]! - observed) ** 2 - (challenger[0]! - observed) ** 2) / (scale ?? NaN);
    if (!Number.isFinite(difference)) return undefined;
    return { difference: Math.min(clip, Math.max(-clip, difference)), range: [-clip, clip] };
  }
  const width = task.classes.length;
  const observed = task.classes.indexOf(String(outcome));
  if (observed < 0 || !isForecast(champion, width) || !isForecast(challenger, width)) return undefined;
  const differences = champion.map((p, k) => Math.log(Math.max(challenger[k]!, floor) / Math.max(p, floor)));
  return { difference: differences[observed]!, range: [Math.min(...differences), Math.max(...differences)] };
}

function isForecast(scores: readonly number[], width: number): boolean {
  return scores.length === width && isProbabilityRow(scores, 0, width);
}
