import fc from 'fast-check';
import { defineModel, invalid } from '@retrain/core';
import { fixturesOf, roundsOf, seasonSpan } from './fixtures.js';

const coin = defineModel({
  name: 'coin',
  description: 'a coin',
  task: { kind: 'classification', classes: ['heads', 'tails'], ordered: false },
  schema: { features: [{ name: 'bias', kind: 'numeric', drift: true }] },
  parseRecord(row) {
    if (row.side === 'edge') throw invalid('bad_row', 'a coin never lands on its edge');
    return {
      key: String(row.id),
      occurredAt: new Date(String(row.at)),
      payload: { id: String(row.id), side: String(row.side) },
    };
  },
  inputOf: (record) => ({ payload: { id: record.payload.id! }, key: record.key, occurredAt: record.occurredAt }),
  outcomeOf: (record) => String(record.payload.side),
  parseInput: () => ({ payload: {} }),
  createState: () => ({
    features: () => ({ values: [0.5], warnings: [] }),
    observe: () => undefined,
    describe: () => ({}),
  }),
});

const row = (id: string, at: string, side = 'heads') => ({ id, at, side });
const all = [new Date(0), new Date('2100-01-01')] as const;

describe('fixtures of a replay', () => {
  it('are in order of time, without repeats and without rows that the model refuses', () => {
    const rows = [
      row('b', '2016-08-20'),
      row('a', '2016-08-13'),
      row('a', '2016-08-13', 'tails'),
      row('c', '2016-08-20', 'edge'),
    ];
    expect(fixturesOf(coin, rows, ...all).map(({ key, outcome }) => [key, outcome])).toEqual([
      ['a', 'heads'],
      ['b', 'heads'],
    ]);
  });

  it('never carry their outcome in the input', () => {
    const [fixture] = fixturesOf(coin, [row('a', '2016-08-13')], ...all);
    expect(fixture!.input).toEqual({ id: 'a' });
  });

  it('lie in the span, its end excluded', () => {
    const rows = ['2016-07-31', '2016-08-01', '2017-07-31', '2017-08-01'].map((at) => row(at, at));
    const { from, until } = seasonSpan('2016-17');
    expect(fixturesOf(coin, rows, from, until).map(({ key }) => key)).toEqual(['2016-08-01', '2017-07-31']);
  });
});

describe('rounds of a replay', () => {
  it('hold every fixture once, none after the check of its round, checks ascending', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 }), (days) => {
        const rows = days.map((day, index) => row(`k${index}`, new Date(Date.UTC(2016, 7, 1 + day)).toISOString()));
        const rounds = roundsOf(fixturesOf(coin, rows, ...all), 7);
        const played = rounds.flatMap((round) => round.days.flatMap((day) => day.fixtures));
        expect(new Set(played.map(({ key }) => key)).size).toBe(days.length);
        expect(played).toHaveLength(days.length);
        for (const [index, round] of rounds.entries()) {
          for (const day of round.days) expect(day.at.getTime()).toBeLessThan(round.checkAt.getTime());
          const before = rounds[index - 1];
          if (before) expect(before.checkAt.getTime()).toBeLessThan(round.days[0]!.at.getTime());
        }
      }),
    );
  });

  it('refuse an empty span', () => {
    expect(() => roundsOf([], 7)).toThrow('no match in this span');
  });
});

describe('a season', () => {
  it.each([
    ['2016-17', '2016-08-01', '2017-08-01'],
    ['1999-00', '1999-08-01', '2000-08-01'],
    ['2016-2017', '2016-08-01', '2017-08-01'],
  ])('%s runs from August to August', (season, from, until) => {
    const span = seasonSpan(season);
    expect([span.from, span.until].map((date) => date.toISOString().slice(0, 10))).toEqual([from, until]);
  });

  it.each(['2016', '2016-18', 'last', ''])('"%s" is refused', (season) => {
    expect(() => seasonSpan(season)).toThrow('written like 2016-17');
  });
});
