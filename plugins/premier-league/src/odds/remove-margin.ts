import type { Odds } from '../match/match.js';

const PRECISION = 1e-12;
/** No bookmaker calls anything less likely; it keeps logarithms of mistyped odds in bounds. */
const LOWEST_PROBABILITY = 1e-4;

/**
 * Probabilities behind decimal odds (each > 1) by the power method: (1/odds)^k with the k that makes them sum to one.
 *
 * Unlike dividing by the sum it takes more margin off long shots, as bookmakers put it on them (Clarke, Kovalchik and
 * Ingram 2017). Odds without margin, or below it, are handled by the same k (<= 1).
 */
export function removeMargin(odds: Odds): readonly [number, number, number] {
  const logs = odds.map((value) => -Math.log(value));
  let power = 1;
  // Newton on ln(sum of p^k), which is convex and falling in k: it converges from anywhere within a few steps.
  for (let step = 0; step < 50; step += 1) {
    let sum = 0;
    let slope = 0;
    for (const log of logs) {
      const probability = Math.exp(power * log);
      sum += probability;
      slope += probability * log;
    }
    const change = (Math.log(sum) * sum) / slope;
    power -= change;
    if (Math.abs(change) < PRECISION) break;
  }
  const probabilities = logs.map((log) => Math.max(LOWEST_PROBABILITY, Math.exp(power * log)));
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  return [probabilities[0]! / sum, probabilities[1]! / sum, probabilities[2]! / sum];
}
