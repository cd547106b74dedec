import { Betting, leastMean } from '../statistic/betting.js';
import { logSumExp } from '../statistic/log-sum-exp.js';
import type { RolloutPair } from './rollout-evidence.js';
import type { RolloutPlan } from './rollout-plan.js';

/** What the evidence of a plan is computed with. */
export type OutcomeRules = Pick<RolloutPlan, 'margin' | 'surpriseTolerance' | 'scale'>;

/**
 * What matured outcomes say of a challenger, as two e-processes that may be looked at after every outcome.
 *
 * `better` bets against "the challenger is worse than the champion by the margin or more, on average". `worse` bets against
 * "the challenger is sound", with half of its money each on two sides of that: that it is not worse by more than the margin
 * on average; and, for a classification, that its own probabilities hold, which is refuted far sooner where it contradicts
 * the champion and is wrong: while they hold, the champion's probability of what happens is 1 times its own on average, and
 * a `surpriseTolerance` above that is allowed.
 *
 * What the two answers could come to limits a bet, so bold stakes shrink on requests where the answers differ by much. The level
 * is therefore exact for a challenger that is no better given the two answers, whatever these are.
 *
 * Both are products over pairs: whatever order outcomes arrive in, late or not, the evidence converges to that of the whole
 * batch. Outcomes may be late for any reason but their own value. A corrected outcome replaces its pair and the evidence is that
 * of the outcomes as they stand; a verdict once given stays given. Corrections made without regard to the comparison leave
 * the levels as they are; k histories that were each rewritten after a look could in the worst case add up to k times alpha.
 */
export class OutcomeEvidence {
  n = 0;
  private sum = 0;
  private readonly gain = new Betting();
  private readonly loss = new Betting();
  private readonly surprise = new Betting();

  constructor(private readonly plan: OutcomeRules) {}

  add({ difference, range: [least, most] }: Pick<RolloutPair, 'difference' | 'range'>): void {
    const { margin, surpriseTolerance } = this.plan;
    this.n++;
    this.sum += difference;
    this.gain.add(difference + margin, Math.max(0, -least - margin));
    this.loss.add(-difference - margin, Math.max(0, most + margin));
    if (!this.isRegression) this.surprise.add(Math.exp(-difference) / (1 + surpriseTolerance) - 1, 1);
  }

  /** Mean difference of the losses; undefined of nothing. */
  get mean(): number | undefined {
    return this.n === 0 ? undefined : this.sum / this.n;
  }

  /** Ln of the e-value that the challenger is better (or not worse than the margin allows). */
  get better(): number {
    return this.gain.logCapital;
  }

  /** Ln of the e-value that the challenger is not sound. */
  get worse(): number {
    if (this.isRegression) return this.loss.logCapital;
    return logSumExp([this.loss.logCapital, this.surprise.logCapital]) - Math.LN2;
  }

  private get isRegression(): boolean {
    return this.plan.scale !== undefined;
  }
}

/** All pairs as evidence. */
export function outcomeEvidence(pairs: readonly RolloutPair[], plan: OutcomeRules): OutcomeEvidence {
  const evidence = new OutcomeEvidence(plan);
  for (const pair of pairs) evidence.add(pair);
  return evidence;
}

/** Where the mean difference lies, whenever one looks; the error is at most `alpha`. Undefined of no pairs. */
export function gainInterval(pairs: readonly RolloutPair[], alpha = 0.05): readonly [number, number] | undefined {
  if (pairs.length === 0) return undefined;
  const low = pairs.map(({ difference, range }) => ({ value: difference, least: range[0] }));
  const high = pairs.map(({ difference, range }) => ({ value: -difference, least: -range[1] }));
  return [leastMean(low, alpha / 2), -leastMean(high, alpha / 2)];
}
