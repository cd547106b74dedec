import type { PairSums } from './pair-sums.js';
import { solveSymmetric } from './solve-symmetric.js';

/** Log-scale strengths: expected home value = exp(level + homeAdvantage + attack(home) - defence(away)). */
export interface PoissonRatings {
  readonly level: number;
  readonly homeAdvantage: number;
  /** By team number; a team without matches in memory is missing. */
  readonly attack: ReadonlyMap<number, number>;
  readonly defence: ReadonlyMap<number, number>;
}

export interface PoissonRatingOptions {
  /** A match this many days old counts half. */
  readonly halfLifeDays: number;
  /** Weight of the prior, in goals (or goals' worth of chances) of a team. */
  readonly ridge: number;
  /** Prior of a team that has just come up; everybody else's is zero. */
  readonly promotedAttack: number;
  readonly promotedDefence: number;
}

/** What is believed of a league before its first match. */
export const NO_RATINGS: PoissonRatings = {
  level: Math.log(1.15),
  homeAdvantage: 0.28,
  attack: new Map(),
  defence: new Map(),
};

/** Priors of level and home advantage are weak: they only matter for the first dozens of matches. */
const LEAGUE_RIDGE = 4;
/** A warm start is one Newton step away from the optimum; a first fit needs a few more. */
const FIRST_FIT_STEPS = 6;
const LARGEST_STEP = 1;

/**
 * Attack and defence of every team in memory, as maximum a posteriori of a time-weighted Poisson model (Maher 1982;
 * weights as in Dixon and Coles 1997), by Newton steps from the previous ratings.
 */
export function fitPoissonRatings(
  sums: PairSums,
  promoted: ReadonlySet<number>,
  previous: PoissonRatings,
  options: PoissonRatingOptions,
): PoissonRatings {
  const { teams } = sums;
  const count = teams.length;
  const attackPrior = teams.map((team) => (promoted.has(team) ? options.promotedAttack : 0));
  const defencePrior = teams.map((team) => (promoted.has(team) ? options.promotedDefence : 0));
  const values = Float64Array.of(
    previous.level,
    previous.homeAdvantage,
    ...teams.map((team, index) => previous.attack.get(team) ?? attackPrior[index]!),
    ...teams.map((team, index) => previous.defence.get(team) ?? defencePrior[index]!),
  );
  const priors = [NO_RATINGS.level, NO_RATINGS.homeAdvantage, ...attackPrior, ...defencePrior];
  const ridges = [LEAGUE_RIDGE, LEAGUE_RIDGE, ...teams.map(() => options.ridge), ...teams.map(() => options.ridge)];
  const steps = previous.attack.size === 0 ? FIRST_FIT_STEPS : 1;
  for (let step = 0; step < steps; step += 1) newtonStep(values, sums, priors, ridges);
  return {
    level: values[0]!,
    homeAdvantage: values[1]!,
    attack: new Map(teams.map((team, index) => [team, values[2 + index]!])),
    defence: new Map(teams.map((team, index) => [team, values[2 + count + index]!])),
  };
}

/** Nobody is expected to score less or more than this. */
const LOWEST_EXPECTED = 0.02;
const HIGHEST_EXPECTED = 10;

/** Expected values of both sides; a team without a rating is rated by the promoted prior. */
export function expectedValues(
  ratings: PoissonRatings,
  home: number,
  away: number,
  options: PoissonRatingOptions,
): { readonly home: number; readonly away: number } {
  const attack = (team: number) => ratings.attack.get(team) ?? options.promotedAttack;
  const defence = (team: number) => ratings.defence.get(team) ?? options.promotedDefence;
  return {
    home: bounded(Math.exp(ratings.level + ratings.homeAdvantage + attack(home) - defence(away))),
    away: bounded(Math.exp(ratings.level + attack(away) - defence(home))),
  };
}

function bounded(expected: number): number {
  return Math.min(HIGHEST_EXPECTED, Math.max(LOWEST_EXPECTED, expected));
}

/**
 * Moves the values (level, home advantage, attacks, defences) to the minimum of the quadratic approximation of the negative
 * log-likelihood plus ridge / 2 x (value - prior)^2.
 */
function newtonStep(values: Float64Array, sums: PairSums, priors: readonly number[], ridges: readonly number[]): void {
  const size = values.length;
  const count = sums.teams.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  for (let index = 0; index < size; index += 1) {
    gradient[index] = ridges[index]! * (values[index]! - priors[index]!);
    hessian[index * size + index] = ridges[index]!;
  }
  const atHomeFactor = Math.exp(values[1]!);
  for (let scorer = 0; scorer < count; scorer += 1) {
    const attack = 2 + scorer;
    for (let guard = 0; guard < count; guard += 1) {
      const pair = scorer * count + guard;
      if (sums.atHome[pair] === 0 && sums.atAway[pair] === 0) continue;
      const defence = 2 + count + guard;
      const expected = Math.exp(values[0]! + values[attack]! - values[defence]!);
      const home = sums.atHome[pair]! * expected * atHomeFactor;
      const all = home + sums.atAway[pair]! * expected;
      const homeSurplus = home - sums.scoredAtHome[pair]!;
      const surplus = all - sums.scoredAtHome[pair]! - sums.scoredAway[pair]!;
      gradient[0]! += surplus;
      gradient[1]! += homeSurplus;
      gradient[attack]! += surplus;
      gradient[defence]! -= surplus;
      hessian[0]! += all;
      hessian[size]! += home;
      hessian[size + 1]! += home;
      hessian[attack * size]! += all;
      hessian[attack * size + 1]! += home;
      hessian[attack * size + attack]! += all;
      hessian[defence * size]! -= all;
      hessian[defence * size + 1]! -= home;
      hessian[defence * size + attack]! -= all;
      hessian[defence * size + defence]! += all;
    }
  }
  solveSymmetric(hessian, gradient, size);
  for (let index = 0; index < size; index += 1) {
    values[index]! -= Math.max(-LARGEST_STEP, Math.min(LARGEST_STEP, gradient[index]!));
  }
}
