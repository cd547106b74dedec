import { logSumExp } from './log-sum-exp.js';

/**
 * What each gambler stakes per unit of the numbers; all begin with an equal share of the money.
 *
 * The best stake for a gain of μ with variance σ² is about μ / σ². A stake of half that still earns three quarters of the
 * growth, so powers of four reach every gain from a thousandth of a unit up; the mixture lags behind the best of them by at
 * most the log of their number.
 */
const stakes: readonly number[] = [1 / 64, 1 / 16, 1 / 4, 1, 4];

/** Share of his capital that a gambler may lose at once. */
const mostLost = 0.9;

/**
 * An e-process against "the numbers are at most 0 on average": the capital of gamblers who bet that they are above
 * (testing by betting: Shafer 2021, Waudby-Smith & Ramdas 2024).
 *
 * A gambler with stake s multiplies his capital by 1 + s x at every number x. How far a number can fall is known before it is
 * drawn; where that could cost him more than nine tenths he stakes less. While the mean of every number, given what was known
 * before it, is at most 0 the capital is a supermartingale that starts at 1, so by Ville's inequality it ever reaches 1 / alpha
 * with a chance of at most alpha, however often and whenever one looks. Stakes do not depend on earlier numbers, therefore
 * the capital is a product per gambler: it depends on which numbers there are and not on their order.
 */
export class Betting {
  private readonly logs = new Float64Array(stakes.length);

  /**
   * @param deepest how far below 0 the number could have fallen, above or at 0. A number below that, or NaN, throws a
   * RangeError; +Infinity wins for good.
   */
  add(x: number, deepest: number): void {
    if (!(x >= -deepest - 1e-9)) throw new RangeError(`${x} lies below -${deepest}, the least that was possible.`);
    const most = mostLost / Math.max(deepest, Number.MIN_VALUE);
    for (let gambler = 0; gambler < stakes.length; gambler++) {
      this.logs[gambler]! += Math.log1p(Math.min(stakes[gambler]!, most) * x);
    }
  }

  /** Natural log of the capital of all gamblers together, which is the e-value. */
  get logCapital(): number {
    return logSumExp(this.logs) - Math.log(stakes.length);
  }
}

/** A number and the least that it could have been. */
export interface Ranged {
  readonly value: number;
  readonly least: number;
}

/**
 * The smallest mean that the numbers do not refute as too small, to a ten-thousandth: the lower end of a confidence
 * sequence with an error of at most `alpha`, valid whenever one looks. Of no numbers it is −Infinity.
 */
export function leastMean(numbers: readonly Ranged[], alpha: number): number {
  if (numbers.length === 0) return -Infinity;
  const limit = Math.log(1 / alpha);
  let low = -Infinity;
  let high = -Infinity;
  for (const { value, least } of numbers) {
    low = low === -Infinity ? least : Math.min(low, least);
    high = Math.max(high, value);
  }
  // The capital falls as the mean that is bet against rises.
  while (high - low > 1e-4) {
    const mean = (low + high) / 2;
    const betting = new Betting();
    for (const { value, least } of numbers) betting.add(value - mean, Math.max(0, mean - least));
    if (betting.logCapital >= limit) low = mean;
    else high = mean;
  }
  return low;
}
