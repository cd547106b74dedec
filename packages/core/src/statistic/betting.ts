import { logSumExp } from './log-sum-exp.js';

/**
 * Shares of the capital that are staked, each by a gambler of its own with an equal share of the money.
 *
 * The best share for a gain of μ with variance σ² is about μ / σ². Being off it by a factor of two costs a quarter of the
 * growth, so powers of two reach every gain; the mixture as a whole lags behind the best of them by at most the log of
 * their number.
 */
const stakes: readonly number[] = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 0.9];

/**
 * An e-process against "the numbers are at most 0 on average": the capital of gamblers who bet that they are above
 * (testing by betting: Waudby-Smith & Ramdas 2024, Shafer 2021).
 *
 * Each number x is at least −1; a gambler with stake s multiplies his capital by 1 + s x. While the conditional mean of every
 * number is at most 0 the capital is a supermartingale that starts at 1, so by Ville's inequality it ever reaches 1 / alpha
 * with a chance of at most alpha, however often and whenever one looks. Stakes never change, therefore the capital is a
 * product per gambler: it depends on the numbers and not on their order.
 */
export class Betting {
  private readonly logs = new Float64Array(stakes.length);

  /** A number below −1 (no game: more could be lost than was staked) or NaN throws a RangeError; +Infinity wins for good. */
  add(x: number): void {
    if (!(x >= -1 - 1e-9)) throw new RangeError(`A bet can lose its stake and no more; ${x} is below -1.`);
    for (let gambler = 0; gambler < stakes.length; gambler++) this.logs[gambler]! += Math.log1p(stakes[gambler]! * x);
  }

  /** Natural log of the capital of all gamblers together, which is the e-value. */
  get logCapital(): number {
    return logSumExp(this.logs) - Math.log(stakes.length);
  }
}

/** The log capital after all of these numbers. */
export function logCapitalOf(numbers: Iterable<number>): number {
  const betting = new Betting();
  for (const x of numbers) betting.add(x);
  return betting.logCapital;
}

/**
 * The means, within ± bound, that the betting of neither side refutes: a confidence sequence, valid whenever one looks.
 *
 * Its ends are found to a ten-thousandth of the bound. No values leave the whole of ± bound.
 * @param values within ± bound.
 */
export function meanInterval(values: readonly number[], bound: number, level: number): readonly [number, number] {
  const limit = Math.log(2 / (1 - level));
  const lowest = lowestMean(values, bound, limit);
  return [
    lowest,
    -lowestMean(
      values.map((value) => -value),
      bound,
      limit,
    ),
  ];
}

/** The smallest mean that is not refuted as too small: the capital falls as the mean that is bet against rises. */
function lowestMean(values: readonly number[], bound: number, limit: number): number {
  let low = -bound;
  let high = bound;
  while (high - low > 1e-4 * bound) {
    const mean = (low + high) / 2;
    if (logCapitalOf(excesses(values, bound, mean)) >= limit) low = mean;
    else high = mean;
  }
  return low;
}

/** How far each value lies above a mean, in units of the most that it can lie below: at least −1. */
function* excesses(values: Iterable<number>, bound: number, mean: number): Generator<number> {
  for (const value of values) yield (value - mean) / (bound + mean);
}
