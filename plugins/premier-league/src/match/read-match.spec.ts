import { DomainError } from '@retrain/core';
import { readMatch } from './read-match.js';

const footballData = {
  Div: 'E0',
  Season: '2016-2017',
  Date: '29/10/16',
  HomeTeam: 'Tottenham',
  AwayTeam: 'Leicester',
  FTHG: '1',
  FTAG: '1',
  FTR: 'D',
  HS: '22',
  AS: '6',
  HST: '5',
  AST: '1',
  HY: '1',
  AY: '3',
  HR: '0',
  AR: '0',
  B365H: '1.62',
  B365D: '4.2',
  B365A: '6',
  PSCH: '1.63',
  PSCD: '4.22',
  PSCA: '5.85',
};
const plain = { date: '2016-10-29', home_team: 'Tottenham', away_team: 'Leicester', home_goals: 1, away_goals: 1 };

/** Issues of a row that is refused, as `column: message`. */
function refusal(row: Readonly<Record<string, unknown>>): string[] {
  try {
    readMatch(row);
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    const { kind, code, issues } = error as DomainError;
    expect({ kind, code }).toEqual({ kind: 'invalid', code: 'invalid_match' });
    return issues.map(({ path, message }) => `${path}: ${message}`);
  }
  throw new Error('The row was accepted.');
}

describe('rows of matches', () => {
  it('reads the columns of football-data.co.uk', () => {
    expect(readMatch(footballData)).toEqual({
      date: '2016-10-29',
      season: 2016,
      home: 'Tottenham',
      away: 'Leicester',
      goals: { home: 1, away: 1 },
      shots: { home: 22, away: 6 },
      shotsOnTarget: { home: 5, away: 1 },
      yellowCards: { home: 1, away: 3 },
      redCards: { home: 0, away: 0 },
      odds: [1.62, 4.2, 6],
      closingOdds: [1.63, 4.22, 5.85],
    });
  });

  it('reads the football table of vega-datasets', () => {
    const row = {
      date: '2013-08-17',
      division: 'English Premier League',
      home_team: 'West Bromwich Albion',
      away_team: 'Manchester United',
      home_score: 0,
      away_score: 1,
    };
    expect(readMatch(row)).toMatchObject({
      date: '2013-08-17',
      season: 2013,
      home: 'West Brom',
      away: 'Man United',
      goals: { home: 0, away: 1 },
    });
    expect(readMatch({ ...row, home_score: null, away_score: null })).toBeUndefined();
  });

  it('reads plain snake_case rows', () => {
    const match = readMatch({
      ...plain,
      home_shots: 22,
      away_shots: 6,
      home_shots_on_target: 5,
      away_shots_on_target: 1,
      home_odds: 1.6,
      draw_odds: 4,
      away_odds: 6.5,
    });
    expect(match).toMatchObject({ shots: { home: 22 }, shotsOnTarget: { away: 1 }, odds: [1.6, 4, 6.5] });
  });

  it('leaves other leagues alone', () => {
    expect(readMatch({ ...footballData, Div: 'E1' })).toBeUndefined();
    expect(readMatch({ ...plain, division: 'Serie A' })).toBeUndefined();
  });

  it('takes the season from the date when the row names none', () => {
    expect(readMatch({ ...plain, date: '2017-05-21' })?.season).toBe(2016);
    expect(readMatch({ ...plain, date: '2017-08-11' })?.season).toBe(2017);
    expect(readMatch({ ...plain, date: '2020-07-26' })?.season).toBe(2019);
  });

  it('passes a bookmaker over who quoted two of three outcomes', () => {
    const row = { ...footballData, B365A: '', AvgH: '1.6', AvgD: '3.9', AvgA: '5.6' };
    expect(readMatch(row)?.odds).toEqual([1.6, 3.9, 5.6]);
  });

  it('knows nothing of shots that only one side is known of', () => {
    expect(readMatch({ ...plain, home_shots: 5 })?.shots).toBeUndefined();
  });

  test.each([
    ['a negative odd', { B365H: '-1.5' }, 'B365H'],
    ['an odd that is not a number', { B365H: 'NaN' }, 'B365H'],
    ['an odd that pays nothing', { B365D: '1' }, 'B365D'],
    ['negative goals', { FTHG: '-1' }, 'FTHG'],
    ['half a goal', { FTAG: '0.5' }, 'FTAG'],
    ['more goals than anybody scores', { FTHG: '1000000' }, 'FTHG'],
    ['no score', { FTHG: '' }, 'FTHG'],
    ['a result that contradicts the goals', { FTR: 'H' }, 'FTR'],
    ['no home team', { HomeTeam: ' ' }, 'HomeTeam'],
    ['a team that plays itself', { AwayTeam: 'Tottenham Hotspur' }, 'AwayTeam'],
    ['a date that no calendar has', { Date: '31/02/16' }, 'Date'],
    ['no date', { Date: undefined }, 'Date'],
    ['a season that is another', { Season: '2014-2015' }, 'Season'],
    ['negative shots', { HS: '-3' }, 'HS'],
    ['a card too many', { AR: '77' }, 'AR'],
  ])('refuses %s, naming the column', (_, change, column) => {
    const reasons = refusal({ ...footballData, ...change });
    expect(reasons).toHaveLength(1);
    expect(reasons[0]!.startsWith(`${column}: `)).toBe(true);
  });

  it('refuses plain odds that are given in part', () => {
    expect(refusal({ ...plain, home_odds: 2 })).toEqual([
      'draw_odds: is missing although other odds are given.',
      'away_odds: is missing although other odds are given.',
    ]);
  });

  it('tells everything that is wrong at once', () => {
    expect(refusal({ date: 'soon', home_team: 'Leeds', home_goals: NaN, home_odds: 0.5 })).toHaveLength(7);
  });
});
