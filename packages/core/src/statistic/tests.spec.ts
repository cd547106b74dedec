import fc from 'fast-check';
import { bootstrapMean, quantileOfSorted } from './bootstrap.js';
import { benjaminiHochberg } from './multiple-testing.js';
import { seededRandom } from './random.js';
import {
  chiSquareTwoSamples,
  differenceInterval,
  mcNemarExact,
  meanExceeds,
  moments,
  proportionBelow,
  wilsonInterval,
} from './tests.js';

describe('tests of two samples', () => {
  it('McNemar counts the coin tosses where only one was right', () => {
    expect(mcNemarExact(0, 0)).toBe(1);
    expect(mcNemarExact(5, 0)).toBeCloseTo(2 / 32, 14);
    expect(mcNemarExact(1, 3)).toBeCloseTo((2 * 5) / 16, 14);
    expect(mcNemarExact(3, 1)).toBe(mcNemarExact(1, 3));
    expect(mcNemarExact(4, 4)).toBe(1);
  });

  it('Wilson’s interval holds the shares that a score test does not refuse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
        const successes = Math.round(part * n);
        for (const end of wilsonInterval(successes, n)) {
          // At the ends the score test is exactly at its limit, unless they were cut at 0 or 1.
          if (end === 0 || end === 1) continue;
          const z = (successes / n - end) / Math.sqrt((end * (1 - end)) / n);
          expect(Math.abs(z)).toBeCloseTo(1.959963984540054, 6);
        }
      }),
    );
    expect(wilsonInterval(0, 10)[0]).toBe(0);
    expect(wilsonInterval(10, 10)[1]).toBe(1);
  });

  it('the interval of a difference of shares has a width where neither share varies', () => {
    // Newcombe 1998, table II, example (g): 9/10 against 3/10; and (a): 56/70 against 48/80.
    const close = ([low, high]: readonly [number, number], expected: readonly [number, number]) => {
      expect(low).toBeCloseTo(expected[0], 4);
      expect(high).toBeCloseTo(expected[1], 4);
    };
    close(differenceInterval([56 / 70, 70], [48 / 80, 80]), [0.0524, 0.3339]);
    close(differenceInterval([9 / 10, 10], [3 / 10, 10]), [0.1705, 0.809]);
    const [low, high] = differenceInterval([1, 20], [1, 30]);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
  });

  it('chi-square of a 2 x 2 table carries Yates’ correction', () => {
    // Rows 10/20 and 20/10: expected 15 each, |gap| 5 less 0.5, four cells: 4 x 4.5² / 15.
    const { statistic, freedom } = chiSquareTwoSamples([10, 20], [20, 10]);
    expect(statistic).toBeCloseTo((4 * 4.5 ** 2) / 15, 12);
    expect(freedom).toBe(1);
    // Three categories, no correction: gaps of 5 in the outer columns (expected 15), none in the middle.
    expect(chiSquareTwoSamples([10, 10, 20], [20, 10, 10]).statistic).toBeCloseTo((4 * 25) / 15, 12);
  });

  it('chi-square has nothing to say without categories or rows', () => {
    expect(chiSquareTwoSamples([5], [7]).pValue).toBe(1);
    expect(chiSquareTwoSamples([0, 0], [3, 4]).pValue).toBe(1);
  });

  it('a mean test lets differences without spread decide by themselves', () => {
    expect(meanExceeds(new Float64Array(40))).toBe(1);
    expect(meanExceeds(new Float64Array(40).fill(0.1))).toBe(0);
    expect(meanExceeds(Float64Array.of(0.3))).toBe(1);
    // t = 0: exactly undecided.
    expect(meanExceeds(Float64Array.of(-1, 1, -1, 1))).toBeCloseTo(0.5, 14);
  });

  it('a proportion test is one half at no difference, zero or one where nothing varies', () => {
    expect(proportionBelow(50, 100, 0.5, 600)).toBeCloseTo(0.5, 14);
    expect(proportionBelow(100, 100, 1, 600)).toBe(1);
    // 40 of 100 against 60 of 100: z = 0.2 / sqrt(0.25 x 2 / 100) = 2.828.
    expect(proportionBelow(40, 100, 0.6, 100)).toBeCloseTo(0.00234, 5);
  });
});

describe('Benjamini–Hochberg', () => {
  it('rejects what its own definition rejects', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }),
        fc.double({ min: 0.001, max: 0.3, noNaN: true }),
        (pValues, level) => {
          const sorted = [...pValues].sort((a, b) => a - b);
          let passing = 0;
          sorted.forEach((p, index) => {
            if ((p * sorted.length) / (index + 1) <= level) passing = index + 1;
          });
          const limit = passing > 0 ? sorted[passing - 1]! : -1;
          const { rejected, adjusted } = benjaminiHochberg(pValues, level);
          expect(rejected).toEqual(pValues.map((p) => p <= limit));
          adjusted.forEach((p, index) => expect(p).toBeGreaterThanOrEqual(pValues[index]! - 1e-12));
        },
      ),
    );
  });

  it('leaves a single test as it is', () => {
    expect(benjaminiHochberg([0.03], 0.05)).toEqual({ adjusted: [0.03], rejected: [true] });
    expect(benjaminiHochberg([], 0.05)).toEqual({ adjusted: [], rejected: [] });
  });
});

describe('the bootstrap', () => {
  it('gives the same interval for the same seed and another for another', () => {
    const values = Float64Array.from({ length: 50 }, (_, row) => Math.sin(row));
    expect(bootstrapMean(values, { seed: 5 })).toEqual(bootstrapMean(values, { seed: 5 }));
    expect(bootstrapMean(values, { seed: 5 })).not.toEqual(bootstrapMean(values, { seed: 6 }));
  });

  it('covers the true mean about as often as it says', () => {
    const random = seededRandom(3);
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const values = Float64Array.from({ length: 80 }, () => random());
      const [low, high] = bootstrapMean(values, { seed: trial, resamples: 400 })!;
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(176);
    expect(covered).toBeLessThan(200);
  });

  it('has no interval for no rows and a point for equal ones', () => {
    expect(bootstrapMean(new Float64Array(0), { seed: 1 })).toBeUndefined();
    expect(bootstrapMean(new Float64Array(9).fill(2), { seed: 1 })).toEqual([2, 2]);
    expect(quantileOfSorted(Float64Array.of(1, 2, 4), 0.75)).toBe(3);
  });
});

describe('the seeded generator', () => {
  it('is even over its range and repeatable', () => {
    const random = seededRandom(42);
    const values = Float64Array.from({ length: 20_000 }, () => random());
    const { mean, deviation } = moments(values);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(deviation).toBeCloseTo(Math.sqrt(1 / 12), 2);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const again = seededRandom(42);
    expect(Array.from(values.subarray(0, 5))).toEqual(Array.from({ length: 5 }, again));
  });
});
