import fc from 'fast-check';
import type { ModelRecord } from '@retrain/core';
import { premierLeague } from '../premier-league.js';
import { foldFeatures, quickstartRecords, randomGoals, seeded } from '../testing/league.js';

let records: readonly ModelRecord[];
beforeAll(async () => {
  records = await quickstartRecords();
});

/** The same fixture at the same odds, with everything that happened in it made up. */
function madeUp(record: ModelRecord, random: () => number): ModelRecord {
  const row: Record<string, unknown> = { ...record.payload };
  for (const side of ['home', 'away']) {
    row[`${side}_goals`] = randomGoals(2, random);
    row[`${side}_shots`] = 5 + Math.floor(20 * random());
    row[`${side}_shots_on_target`] = Math.floor(6 * random());
    row[`${side}_red_cards`] = Math.floor(2 * random());
  }
  return premierLeague.parseRecord(row)!;
}

/** Records with shots and odds like those that full sources have. */
function rich(record: ModelRecord, random: () => number): ModelRecord {
  const { payload } = madeUp(record, random);
  const { home_goals, away_goals } = record.payload;
  const odds = { home_odds: 1.5 + 2 * random(), draw_odds: 3 + random(), away_odds: 2 + 4 * random() };
  const closing = { closing_home_odds: 2, closing_draw_odds: 3.5, closing_away_odds: 3 + random() };
  return premierLeague.parseRecord({ ...payload, home_goals, away_goals, ...odds, ...closing })!;
}

describe('features of a date', () => {
  it('do not change when everything on and after the date happened differently', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1519 }), fc.integer(), fc.boolean(), (place, seed, withShotsAndOdds) => {
        const random = seeded(seed);
        const history = withShotsAndOdds ? records.map((record) => rich(record, random)) : records;
        const cut = history[place]!.occurredAt;
        const noise = history.map((record) => (record.occurredAt < cut ? record : madeUp(record, random)));
        const asked = history.filter((record) => record.occurredAt <= cut).length;
        const real = foldFeatures(premierLeague.createState(), history.slice(0, asked));
        const other = foldFeatures(premierLeague.createState(), noise.slice(0, asked));
        expect(other).toEqual(real);
      }),
      { numRuns: 8 },
    );
  }, 30_000);

  it('do change later: what happens is learned', () => {
    const random = seeded(1);
    const cut = new Date('2015-01-01');
    const noise = records.map((record) => (record.occurredAt < cut ? record : madeUp(record, random)));
    const last = records.length - 1;
    const real = foldFeatures(premierLeague.createState(), records);
    const other = foldFeatures(premierLeague.createState(), noise);
    expect(other[last]!.values).not.toEqual(real[last]!.values);
  });

  it('hold nothing of the outcome in the request that would have asked for the record', () => {
    const record = rich(records[500]!, seeded(2));
    const { payload, key, occurredAt } = premierLeague.inputOf(record);
    expect(Object.keys(payload).sort()).toEqual(
      ['away_odds', 'away_team', 'date', 'draw_odds', 'home_odds', 'home_team', 'season'].sort(),
    );
    expect({ key, occurredAt }).toEqual({ key: record.key, occurredAt: record.occurredAt });
  });
});
