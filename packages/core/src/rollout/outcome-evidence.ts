import { Betting, meanInterval } from '../statistic/betting.js';
import { logSumExp } from '../statistic/log-sum-exp.js';
import type { RolloutPair } from './rollout-evidence.js';
import type { RolloutPlan } from './rollout-plan.js';

/** What the evidence of a plan is computed with. */
export type OutcomeRules = Pick<RolloutPlan, 'bound' | 'margin' | 'surpriseTolerance' | 'scale'>;

/**
 * What matured outcomes say of a challenger, as two e-processes that may be looked at after every outcome.
 *
 * `better` bets against "the challenger is worse than the champion by the margin or more, on average". `worse` bets against
 * "the challenger is sound", with half of its money each on two sides of that: that it is not worse by more than the margin
 * on average; and, for a classification, that its own probabilities hold, which is refuted far sooner where it contradicts
 * the champion and is wrong: while they hold, the champion's probability of what happens is 1 times its own on average, and
 * a `surpriseTolerance` above that is allowed.
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

  add({ difference, weighted }: Pick<RolloutPair, 'difference' | 'weighted'>): void {
    const { bound, margin, surpriseTolerance } = this.plan;
    this.n++;
    this.sum += difference;
    this.gain.add((weighted + margin) / (bound - margin));
    this.loss.add((-weighted - margin) / (bound + margin));
    if (!this.isRegression) this.surprise.add(Math.exp(-difference) / (1 + surpriseTolerance) - 1);
  }

  /** Mean difference of the losses, unweighted; undefined of nothing. */
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

/** Where the mean of the weighted differences lies, whenever one looks; `level` is the coverage. */
export function gainInterval(
  pairs: readonly RolloutPair[],
  { bound }: Pick<RolloutPlan, 'bound'>,
  level = 0.95,
): readonly [number, number] {
  return meanInterval(
    pairs.map(({ weighted }) => weighted),
    bound,
    level,
  );
}
