import { DomainError } from '@retrain/core';
import { readFixture } from './read-fixture.js';

const match = { home_team: 'Man United', away_team: 'Leeds' };

function refusal(raw: unknown): DomainError {
  try {
    readFixture(raw);
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    return error as DomainError;
  }
  throw new Error('The request was accepted.');
}

describe('requests for a prediction', () => {
  it('needs two teams and nothing else', () => {
    expect(readFixture(match)).toEqual({ home: 'Man United', away: 'Leeds' });
  });

  it('reads date, season, month and odds', () => {
    const raw = {
      home_team: 'Manchester United FC',
      away_team: 'Leeds United',
      date: '2022-08-21',
      season: '2022-2023',
      month: 8,
      home_odds: 1.5,
      draw_odds: 4.5,
      away_odds: 6,
    };
    expect(readFixture(raw)).toEqual({ ...readFixture(match), date: '2022-08-21', season: 2022, odds: [1.5, 4.5, 6] });
  });

  it('takes null for not given', () => {
    expect(readFixture({ ...match, date: null, home_odds: null, draw_odds: null, away_odds: null })).toEqual(
      readFixture(match),
    );
  });

  test.each([
    ['no home team', { home_team: undefined }, ['home_team']],
    ['a team that is a number', { home_team: 7 }, ['home_team']],
    ['a name without end', { away_team: 'x'.repeat(10_000) }, ['away_team']],
    ['a date that no calendar has', { date: '2022-02-30' }, ['date']],
    ['a season that is none', { season: 'last' }, ['season']],
    ['a season that does not contain the date', { date: '2022-08-21', season: '2019-2020' }, ['season']],
    ['a thirteenth month', { month: 13 }, ['month']],
    ['a month that is not the date’s', { date: '2022-08-21', month: 9 }, ['month']],
    ['negative odds', { home_odds: -2, draw_odds: 3, away_odds: 4 }, ['home_odds']],
    ['odds of one', { home_odds: 1, draw_odds: 3, away_odds: 4 }, ['home_odds']],
    ['odds that are text', { home_odds: '2.1', draw_odds: 3, away_odds: 4 }, ['home_odds']],
    ['odds given in part', { home_odds: 2 }, ['draw_odds', 'away_odds']],
    ['odds without end', { home_odds: Infinity, draw_odds: NaN, away_odds: 4 }, ['home_odds', 'draw_odds']],
  ])('refuses %s as invalid', (_, change, paths) => {
    const error = refusal({ ...match, ...change });
    expect(error).toMatchObject({ kind: 'invalid', code: 'invalid_fixture' });
    expect(error.issues.map(({ path }) => path)).toEqual(paths);
  });

  test.each([null, undefined, 'Leeds', 3, [match]])('refuses %p, which is no match', (raw) => {
    expect(refusal(raw).kind).toBe('invalid');
  });

  it('refuses a team that would play itself as impossible, whatever it is called', () => {
    const error = refusal({ home_team: 'Man Utd', away_team: 'Manchester United' });
    expect(error).toMatchObject({ kind: 'unprocessable', code: 'same_team' });
  });
});
