import { randomGoals, seeded } from '../testing/league.js';
import { PairSums, type RatedMatch } from './pair-sums.js';
import { expectedValues, fitPoissonRatings, NO_RATINGS, type PoissonRatingOptions } from './poisson-ratings.js';

const options: PoissonRatingOptions = { halfLifeDays: 300, ridge: 0.5, promotedAttack: -0.2, promotedDefence: -0.15 };
const nobody = new Set<number>();
const TEAMS = 12;

/** Every team against every other, at home and away, `rounds` times. */
function season(mean: (attack: number, defence: number, atHome: boolean) => number, rounds: number): RatedMatch[] {
  const random = seeded(7);
  const matches: RatedMatch[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (let home = 0; home < TEAMS; home += 1) {
      for (let away = 0; away < TEAMS; away += 1) {
        if (home === away) continue;
        const homeValue = randomGoals(mean(home, away, true), random);
        const awayValue = randomGoals(mean(away, home, false), random);
        matches.push({ home, away, homeValue, awayValue });
      }
    }
  }
  return matches;
}

function fit(matches: readonly RatedMatch[], given = options, promoted: ReadonlySet<number> = nobody) {
  return fitPoissonRatings(PairSums.empty().plus(matches, 1), promoted, NO_RATINGS, given);
}

describe('ratings of attack and defence', () => {
  it('find the strengths that made the goals', () => {
    const attack = (team: number) => (team - 5.5) / 15;
    const defence = (team: number) => (5.5 - team) / 30;
    const mean = (a: number, d: number, atHome: boolean) => Math.exp(0.1 + (atHome ? 0.3 : 0) + attack(a) - defence(d));
    const ratings = fit(season(mean, 30));
    expect(ratings.homeAdvantage).toBeCloseTo(0.3, 1);
    for (const [home, away] of [
      [11, 0],
      [0, 11],
      [6, 5],
    ] as const) {
      const expected = expectedValues(ratings, home, away, options);
      expect(Math.abs(Math.log(expected.home / mean(home, away, true)))).toBeLessThan(0.08);
      expect(Math.abs(Math.log(expected.away / mean(away, home, false)))).toBeLessThan(0.08);
    }
  });

  it('are where another step changes nothing', () => {
    const matches = season((a, d) => 1 + (a - d) / 20, 2);
    const first = fit(matches);
    const again = fitPoissonRatings(PairSums.empty().plus(matches, 1), nobody, first, options);
    for (const [team, value] of first.attack) expect(again.attack.get(team)).toBeCloseTo(value, 8);
  });

  it('let a draw between equals say that they are equal', () => {
    const ratings = fit([
      { home: 0, away: 1, homeValue: 1, awayValue: 1 },
      { home: 1, away: 0, homeValue: 1, awayValue: 1 },
    ]);
    expect(ratings.attack.get(0)).toBeCloseTo(ratings.attack.get(1)!, 12);
    expect(ratings.defence.get(0)).toBeCloseTo(ratings.defence.get(1)!, 12);
  });

  it('put a promoted team below others that did the same', () => {
    const matches = [
      { home: 0, away: 1, homeValue: 1, awayValue: 1 },
      { home: 1, away: 0, homeValue: 1, awayValue: 1 },
    ];
    const ratings = fit(matches, { ...options, ridge: 10 }, new Set([1]));
    expect(ratings.attack.get(1)!).toBeLessThan(ratings.attack.get(0)!);
    expect(ratings.defence.get(1)!).toBeLessThan(ratings.defence.get(0)!);
  });

  it('rate a team that nobody remembers as a promoted one', () => {
    const ratings = fit(season(() => 1.3, 1));
    const stranger = expectedValues(ratings, TEAMS + 1, 0, options);
    expect(stranger.home).toBeLessThan(expectedValues(ratings, 1, 0, options).home * 1.2);
    expect(stranger.home).toBeCloseTo(
      Math.exp(ratings.level + ratings.homeAdvantage - 0.2 - ratings.defence.get(0)!),
      12,
    );
  });

  it('stay finite after results that nobody has ever seen', () => {
    const ratings = fit([{ home: 0, away: 1, homeValue: 30, awayValue: 0 }]);
    for (const value of [ratings.level, ...ratings.attack.values(), ...ratings.defence.values()]) {
      expect(Number.isFinite(value)).toBe(true);
    }
  });
});

describe('sums over pairs of teams', () => {
  const match = { home: 3, away: 8, homeValue: 2, awayValue: 1 };

  it('weigh old matches less', () => {
    const sums = PairSums.empty().plus([match], 1).plus([match], 0.5);
    expect(sums.teams).toEqual([3, 8]);
    expect([...sums.atHome]).toEqual([0, 1.5, 0, 0]);
    expect([...sums.scoredAway]).toEqual([0, 0, 1.5, 0]);
  });

  it('forget teams that have not played for long', () => {
    const sums = PairSums.empty()
      .plus([match], 1)
      .plus([{ ...match, home: 1, away: 2 }], 0.1);
    expect(sums.teams).toEqual([1, 2]);
    expect(sums.atHome).toHaveLength(4);
  });

  it('leave the sums they come from as they were', () => {
    const before = PairSums.empty().plus([match], 1);
    before.plus([match], 0.5);
    expect([...before.atHome]).toEqual([0, 1, 0, 0]);
  });
});
