import type { JsonObject } from '../shared/json.js';
import { count, figure, percent } from '../shared/words.js';
import { logProportionEvidence, proportionSequence } from '../statistic/sequential-proportion.js';
import type { ArmFigures, SplitCount } from './rollout-evidence.js';
import type { RolloutGuards } from './rollout-plan.js';

/** What one guard saw. */
export interface GuardFinding {
  readonly broken: boolean;
  readonly reason: string;
  readonly evidence: JsonObject;
}

/** Weight of the prior around the share that was meant, in keys: deviations of some points are found soonest. */
const splitPrior = 100;

/**
 * Whether the challenger fails more often than the champion by more than is tolerated.
 *
 * Both rates get a confidence sequence at half the level each; it is broken when they lie apart by more than the tolerance. So
 * it may be looked at after every request, and no traffic breaks nothing.
 */
export function judgeErrors(
  champion: ArmFigures,
  challenger: ArmFigures,
  { alpha, errorTolerance }: Pick<RolloutGuards, 'alpha' | 'errorTolerance'>,
): GuardFinding {
  const [least] = proportionSequence(challenger.errors, challenger.requests, alpha / 2);
  const [, most] = proportionSequence(champion.errors, champion.requests, alpha / 2);
  const rates = [challenger, champion].map(({ errors, requests }) => `${errors} of ${count(requests, 'request')}`);
  return {
    broken: least > most + errorTolerance,
    reason: `The challenger failed ${rates[0]}, the champion ${rates[1]}: at least ${percent(least)} against at most ${percent(most)} (tolerated ${percent(errorTolerance)} more).`,
    evidence: {
      challenger_errors: challenger.errors,
      challenger_requests: challenger.requests,
      champion_errors: champion.errors,
      champion_requests: champion.requests,
      challenger_error_rate_at_least: least,
      champion_error_rate_at_most: most,
      tolerance: errorTolerance,
    },
  };
}

/** Whether the challenger is slower by a factor and by so many milliseconds, once both have answered often enough: a point rule. */
export function judgeLatency(
  champion: ArmFigures,
  challenger: ArmFigures,
  { latencyRatio, latencySlackMs, latencyMinAnswers }: RolloutGuards,
): GuardFinding | undefined {
  const [mine, theirs] = [challenger.latency, champion.latency];
  if (!mine || !theirs || Math.min(mine.answers, theirs.answers) < latencyMinAnswers) return undefined;
  const limit = Math.max(theirs.p95 * latencyRatio, theirs.p95 + latencySlackMs);
  return {
    broken: mine.p95 > limit,
    reason: `95 % of the challenger's answers took at most ${figure(mine.p95)} ms, of the champion's ${figure(theirs.p95)} ms (allowed ${figure(limit)} ms).`,
    evidence: {
      challenger_p95_ms: mine.p95,
      challenger_answers: mine.answers,
      champion_p95_ms: theirs.p95,
      champion_answers: theirs.answers,
      limit_ms: limit,
    },
  };
}

/**
 * Whether callers were split otherwise than planned (sample ratio mismatch; the sequential multinomial test of Lindon & Malek
 * 2022, for two arms and a product over shares). Then something between caller and arm is broken, and what the arms show
 * cannot be compared. A share of 0 or 1 splits nobody.
 */
export function judgeSplit(splits: readonly SplitCount[], { alpha }: Pick<RolloutGuards, 'alpha'>): GuardFinding {
  let evidence = 0;
  let [seen, expected, keys] = [0, 0, 0];
  for (const { share, champion, challenger } of splits) {
    if (!(share > 0 && share < 1)) continue;
    const total = champion + challenger;
    const prior = [splitPrior * share, splitPrior * (1 - share)] as const;
    evidence += logProportionEvidence(challenger, total, share, prior);
    seen += challenger;
    expected += share * total;
    keys += total;
  }
  return {
    broken: evidence >= Math.log(1 / alpha),
    reason: `${seen} of ${count(keys, 'request key')} went to the challenger where ${figure(expected)} were meant to.`,
    evidence: { keys, challenger_keys: seen, expected_keys: expected, log_e: evidence, limit: Math.log(1 / alpha) },
  };
}
