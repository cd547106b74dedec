import fc from 'fast-check';
import { assertRollingOrigin, fewestRows, planBlocks } from './plan.js';

const day = 86_400_000;
/** `perDay` rows on each of `days` days. */
const dataset = (days: number, perDay: number) => {
  const times = Float64Array.from({ length: days * perDay }, (_, row) => Math.floor(row / perDay) * day);
  return { times, rows: times.length };
};
const options = { min_rows: 100, max_rows: 400, blocks: 4 };

describe('the plan of an evaluation', () => {
  it('judges what the champion was not fitted on, and the champion as it is', () => {
    const plan = planBlocks(dataset(100, 10), { ...options, championTrainedUntil: new Date(80 * day) });
    expect(plan).toMatchObject({ from: 800, to: 1000, championFrom: 800 });
    expect(plan.blocks.map(({ from, to }) => [from, to])).toEqual([
      [800, 850],
      [850, 900],
      [900, 950],
      [950, 1000],
    ]);
  });

  it('moves the origin back when the new rows are few; older rows need refits of the champion', () => {
    const plan = planBlocks(dataset(100, 10), { ...options, championTrainedUntil: new Date(98 * day) });
    expect(plan).toMatchObject({ from: 900, championFrom: 980 });
  });

  it('judges the newest rows only when there are many', () => {
    const plan = planBlocks(dataset(100, 10), { ...options, championTrainedUntil: new Date(20 * day) });
    expect(plan).toMatchObject({ from: 600, championFrom: 600 });
  });

  it('goes back to the middle of the data at most', () => {
    expect(planBlocks(dataset(16, 10), options).from).toBe(80);
  });

  it('needs no champion', () => {
    expect(planBlocks(dataset(100, 10), options)).toMatchObject({ from: 900, championFrom: 1000 });
  });

  it('makes fewer blocks than asked for when the days are few', () => {
    expect(planBlocks(dataset(4, 50), { ...options, blocks: 20 }).blocks).toEqual([
      { fitRows: 100, from: 100, to: 150 },
      { fitRows: 150, from: 150, to: 200 },
    ]);
  });

  it.each([
    ['no rows', dataset(0, 1)],
    ['too few rows', dataset(fewestRows * 2 - 1, 1)],
    ['rows of one instant only', dataset(1, 500)],
  ])('refuses %s', (_, data) => {
    expect(() => planBlocks(data, options)).toThrow(expect.objectContaining({ code: 'too_little_data' }));
  });

  it('refuses rows out of order or without a time', () => {
    for (const times of [Float64Array.of(2, 1), Float64Array.of(1, NaN)]) {
      expect(() => planBlocks({ times, rows: 2 }, options)).toThrow(
        expect.objectContaining({ code: 'times_not_ascending' }),
      );
    }
  });

  it('never judges a row that is as old as a fitted one, nor any row twice, nor splits a day', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 20, maxLength: 120 });
    const limits = fc.record({
      min_rows: fc.integer({ min: 10, max: 500 }),
      max_rows: fc.integer({ min: 10, max: 800 }),
      blocks: fc.integer({ min: 1, max: 12 }),
      cutOff: fc.option(fc.integer({ min: 0, max: 130 })),
    });
    fc.assert(
      fc.property(sizes, limits, (perDay, { cutOff, ...limit }) => {
        const times = Float64Array.from(
          perDay.flatMap((rows, index) => Array.from({ length: rows }, () => index * day)),
        );
        const championTrainedUntil = cutOff === null ? undefined : new Date(cutOff * day);
        const plan = planOrRefusal({ times, rows: times.length }, { ...limit, championTrainedUntil });
        if (!plan) return;
        expect(plan.blocks[0]!.from).toBe(plan.from);
        expect(plan.blocks.at(-1)!.to).toBe(times.length);
        expect(plan.blocks.length).toBeLessThanOrEqual(limit.blocks);
        plan.blocks.forEach((block, index) => {
          expect(block.from).toBe(plan.blocks[index - 1]?.to ?? plan.from);
          expect(block.to).toBeGreaterThan(block.from);
          const youngestFitted = Math.max(...times.subarray(0, block.fitRows));
          const oldestJudged = Math.min(...times.subarray(block.from, block.to));
          expect(youngestFitted).toBeLessThan(oldestJudged);
        });
        if (championTrainedUntil && plan.championFrom < times.length) {
          expect(times[plan.championFrom]!).toBeGreaterThanOrEqual(championTrainedUntil.getTime());
        }
        expect(plan.championFrom).toBeGreaterThanOrEqual(plan.from);
      }),
      { numRuns: 300 },
    );
  });

  function planOrRefusal(...given: Parameters<typeof planBlocks>) {
    try {
      return planBlocks(...given);
    } catch (error) {
      expect(error).toMatchObject({ code: 'too_little_data' });
      return undefined;
    }
  }
});

describe('the leak assertion', () => {
  const times = Float64Array.of(1, 2, 2, 3, 4);

  it('passes what is fitted on earlier rows only', () => {
    expect(() =>
      assertRollingOrigin(
        [
          { fitRows: 1, from: 1, to: 3 },
          { fitRows: 3, from: 3, to: 5 },
        ],
        times,
      ),
    ).not.toThrow();
  });

  it.each([
    ['a split instant', [{ fitRows: 2, from: 2, to: 5 }]],
    ['a judged row that was fitted', [{ fitRows: 4, from: 3, to: 5 }]],
    [
      'a row judged twice',
      [
        { fitRows: 1, from: 1, to: 4 },
        { fitRows: 3, from: 3, to: 5 },
      ],
    ],
    ['an empty fit', [{ fitRows: 0, from: 0, to: 5 }]],
  ])('refuses %s', (_, blocks) => {
    expect(() => assertRollingOrigin(blocks, times)).toThrow(expect.objectContaining({ code: 'evaluation_leaks' }));
  });
});
