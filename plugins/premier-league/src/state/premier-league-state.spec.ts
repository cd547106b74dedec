import fc from 'fast-check';
import { DomainError, type ModelRecord } from '@retrain/core';
import { premierLeague } from '../premier-league.js';
import { byDate, foldFeatures, quickstartRecords, seeded, valueOf } from '../testing/league.js';

let records: readonly ModelRecord[];
beforeAll(async () => {
  records = await quickstartRecords();
});

const until = (date: string) => records.filter((record) => record.occurredAt < new Date(date));

function learned(known: readonly ModelRecord[]) {
  const state = premierLeague.createState();
  for (const day of byDate(known)) state.observe(day);
  return state;
}

const ask = (state: ReturnType<typeof learned>, request: object) => state.features(premierLeague.parseInput(request));

function refusal(action: () => unknown): DomainError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    return error as DomainError;
  }
  throw new Error('Nothing was refused.');
}

describe('what is known of the league', () => {
  it('is the same whether it was learned at once, a match at a time, or shuffled within dates', () => {
    const season = until('2014-08-01');
    const request = { home_team: 'Arsenal', away_team: 'Chelsea', date: '2014-05-12' };
    const atOnce = ask(learned(season), request);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const state = premierLeague.createState();
        for (const day of byDate(season)) {
          const shuffled = day
            .map((record) => ({ record, place: random() }))
            .sort((a, b) => a.place - b.place)
            .map(({ record }) => record);
          const cut = Math.floor(random() * (shuffled.length + 1));
          for (const part of [shuffled.slice(0, cut), shuffled.slice(cut)]) {
            state.observe(part);
            if (random() < 0.1) state.describe();
          }
        }
        expect(ask(state, request)).toEqual(atOnce);
        expect(state.describe().records).toBe(season.length);
      }),
      { numRuns: 5 },
    );
  });

  it('does not change by being asked', () => {
    const state = learned(until('2014-01-01'));
    const request = { home_team: 'Everton', away_team: 'Fulham' };
    const first = ask(state, request);
    ask(state, { home_team: 'Fulham', away_team: 'Everton', date: '2016-01-01' });
    expect(ask(state, request)).toEqual(first);
  });

  it('counts a record once, however often it is told on its date', () => {
    const first = byDate(records)[0]!;
    const state = premierLeague.createState();
    state.observe(first);
    const before = state.describe();
    state.observe(first);
    expect(state.describe()).toEqual(before);
  });

  it('refuses to go back in time', () => {
    const state = learned(until('2014-01-01'));
    expect(() => state.observe(records.slice(0, 1))).toThrow(RangeError);
  });

  it('tells who plays, from what was learned', () => {
    const described = learned(records).describe();
    expect(described.teams).toHaveLength(20);
    expect(described.teams_known).toHaveLength(26);
    expect(described.teams).toContain('Middlesbrough');
    expect(described.teams).not.toContain('Aston Villa');
    expect(described).toMatchObject({ season: '2016-2017', records: 1520, last_record_at: '2017-05-21' });
  });

  it('knows nobody before the first match', () => {
    const empty = premierLeague.createState();
    expect(empty.describe()).toEqual({ teams: [], teams_known: [], season: null, records: 0, last_record_at: null });
    expect(refusal(() => ask(empty, { home_team: 'Arsenal', away_team: 'Chelsea' })).code).toBe('unknown_team');
  });
});

describe('features', () => {
  const side = fc.record({
    goals: fc.nat(30),
    shots: fc.nat(100),
    onTarget: fc.nat(100),
    odds: fc.double({ min: 1.001, max: 10_000, noNaN: true }),
  });
  const game = fc.record({
    gap: fc.nat(2000),
    home: fc.nat(5),
    away: fc.nat(5),
    sides: fc.tuple(side, side),
    draw: fc.double({ min: 1.001, max: 10_000, noNaN: true }),
    told: fc.nat(3),
  });

  it('stay finite whatever has happened', () => {
    fc.assert(
      fc.property(fc.array(game, { maxLength: 60 }), (games) => {
        const state = premierLeague.createState();
        let time = Date.parse('2000-08-01');
        for (const {
          gap,
          home,
          away,
          sides: [h, a],
          draw,
          told,
        } of games) {
          if (home === away) continue;
          time = Math.min(time + gap * 86_400_000, Date.parse('2199-01-01'));
          const shots = {
            home_shots: h.shots,
            away_shots: a.shots,
            home_shots_on_target: h.onTarget,
            away_shots_on_target: a.onTarget,
          };
          const odds = { home_odds: h.odds, draw_odds: draw, away_odds: a.odds };
          const record = premierLeague.parseRecord({
            date: new Date(time).toISOString().slice(0, 10),
            home_team: `Team ${home}`,
            away_team: `Team ${away}`,
            home_goals: h.goals,
            away_goals: a.goals,
            ...(told & 1 ? shots : {}),
            ...(told & 2 ? odds : {}),
          })!;
          state.observe([record]);
          const { values } = state.features(premierLeague.inputOf(record));
          values.forEach((value, index) => {
            const isShots = /shot|target/.test(premierLeague.schema.features[index]!.name);
            expect(Number.isFinite(value) || (isShots && Number.isNaN(value))).toBe(true);
          });
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('requests that cannot be answered', () => {
  it('name each unknown team and who may have been meant', () => {
    const state = learned(until('2014-01-01'));
    const error = refusal(() => ask(state, { home_team: 'Arsenel', away_team: 'Juventus' }));
    expect(error).toMatchObject({ kind: 'unprocessable', code: 'unknown_team' });
    expect(error.issues.map(({ path }) => path)).toEqual(['home_team', 'away_team']);
    expect(error.issues[0]!.message).toContain('Did you mean "Arsenal"?');
    expect(error.issues[1]!.message).not.toContain('Did you mean');
  });

  it('include teams of the league that have not been seen yet', () => {
    const state = learned(until('2014-08-01'));
    expect(refusal(() => ask(state, { home_team: 'Leicester', away_team: 'Arsenal' })).code).toBe('unknown_team');
    expect(() => ask(learned(until('2014-08-20')), { home_team: 'Leicester', away_team: 'Arsenal' })).not.toThrow();
  });
});

describe('promoted teams', () => {
  it('are those that were not there the season before, and the caller is told', () => {
    const state = learned(until('2016-08-01'));
    const burnley = ask(state, { home_team: 'Burnley', away_team: 'Swansea', date: '2016-08-13' });
    expect(valueOf(burnley, 'home_promoted')).toBe(1);
    expect(valueOf(burnley, 'away_promoted')).toBe(0);
    expect(burnley.warnings.join()).toContain('Burnley did not play in this league the season before');
  });

  it('are nobody in the first season on record', () => {
    const rows = foldFeatures(premierLeague.createState(), until('2014-08-01'));
    for (const row of rows) if (row) expect(valueOf(row, 'home_promoted') + valueOf(row, 'away_promoted')).toBe(0);
  });

  it('come back rated as newcomers, not as what they were when they went down', () => {
    const state = learned(until('2016-08-01'));
    const back = ask(state, { home_team: 'Hull', away_team: 'Arsenal', date: '2016-08-13' });
    const established = ask(state, { home_team: 'Stoke', away_team: 'Arsenal', date: '2016-08-13' });
    expect(valueOf(back, 'elo_difference')).toBeLessThan(valueOf(established, 'elo_difference'));
    expect(valueOf(back, 'home_points_per_game')).toBeLessThan(valueOf(established, 'home_points_per_game'));
  });
});

describe('the sides of a match', () => {
  it('mirror each other but for the home advantage', () => {
    const state = learned(records);
    const one = ask(state, { home_team: 'Chelsea', away_team: 'Sunderland' });
    const other = ask(state, { home_team: 'Sunderland', away_team: 'Chelsea' });
    expect(valueOf(one, 'elo_difference')).toBeCloseTo(-valueOf(other, 'elo_difference'), 12);
    expect(valueOf(one, 'home_points_per_game')).toBe(valueOf(other, 'away_points_per_game'));
    expect(valueOf(one, 'round')).toBe(valueOf(other, 'round'));
    for (const name of ['chances_balance', 'goals_balance']) {
      expect(valueOf(one, name) + valueOf(other, name)).toBeGreaterThan(0);
      expect(valueOf(one, name)).toBeGreaterThan(valueOf(other, name));
    }
  });

  it('turn around with the odds', () => {
    const state = learned(records);
    const match = { home_team: 'Chelsea', away_team: 'Sunderland' };
    const one = ask(state, { ...match, home_odds: 1.25, draw_odds: 6, away_odds: 13 });
    const other = ask(state, { ...match, home_odds: 13, draw_odds: 6, away_odds: 1.25 });
    expect(valueOf(one, 'market_home')).toBeCloseTo(valueOf(other, 'market_away'), 12);
    expect(valueOf(one, 'market_draw')).toBeCloseTo(valueOf(other, 'market_draw'), 12);
  });
});

describe('warnings', () => {
  const match = { home_team: 'Chelsea', away_team: 'Sunderland' };
  const odds = { home_odds: 1.25, draw_odds: 6, away_odds: 13 };
  const warnings = (request: object) => ask(learned(records), { ...match, ...request }).warnings;

  it('are none for a usual request', () => expect(warnings({ ...odds, date: '2017-05-28' })).toEqual([]));

  test.each([
    ['odds are missing', {}, /No odds/],
    ['odds belong to no bookmaker', { home_odds: 9, draw_odds: 9, away_odds: 9 }, /33 %/],
    ['the last result is long ago', { ...odds, date: '2019-01-01' }, /2017-05-21.*590 days/],
    ['the match was played before what is known', { ...odds, date: '2017-01-01' }, /before the last known result/],
  ])('tell when %s', (_, request, text) => {
    expect(warnings(request)).toEqual([expect.stringMatching(text)]);
  });
});
