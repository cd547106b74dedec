import fc from 'fast-check';
import { kolmogorovTail, kolmogorovTailOf, twoSampleTail, twoSampleTailExact } from './kolmogorov.js';

describe('the Kolmogorov–Smirnov distributions', () => {
  it('are exact for one and two rows', () => {
    // One uniform row: D = max(u, 1 − u), so P(D >= d) = 2 (1 − d) from one half on.
    for (const d of [0.5, 0.6, 0.9]) expect(kolmogorovTailOf(1, d)).toBeCloseTo(2 * (1 - d), 12);
    // Both of two rows above d or both below 1 − d.
    expect(kolmogorovTailOf(2, 0.8)).toBeCloseTo(2 * 0.2 ** 2, 12);
  });

  it('count interleavings exactly', () => {
    // Three against three: of the twenty orders two separate the samples wholly.
    expect(twoSampleTailExact(1, 3, 3)).toBeCloseTo(2 / 20, 14);
    expect(twoSampleTailExact(1 / 3, 3, 3)).toBe(1);
    expect(twoSampleTailExact(0, 5, 4)).toBe(1);
    expect(twoSampleTailExact(1, 1, 5)).toBeCloseTo(2 / 6, 14);
  });

  it('meet where their ranges of validity touch', () => {
    for (const d of [0.03, 0.06, 0.09, 0.12, 0.15]) {
      // Neighbouring numbers of rows on both sides of a switch differ by no more than their neighbours do.
      const step = kolmogorovTailOf(139, d) - kolmogorovTailOf(140, d);
      expect(kolmogorovTailOf(140, d) - kolmogorovTailOf(141, d)).toBeCloseTo(step, 3);
    }
    for (const z of [0.7, 1, 1.3581, 1.8]) {
      expect(kolmogorovTailOf(1_000_000, z / 1000)).toBeCloseTo(kolmogorovTail(z), 3);
    }
    // The level 5 % point of the limit, tabulated since Smirnov 1948 as 1.36.
    expect(kolmogorovTail(1.3581)).toBeCloseTo(0.05, 4);
  });

  it('are probabilities that fall as the difference grows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, m, first, second) => {
          const [low, high] = [Math.min(first, second), Math.max(first, second)];
          const [more, less] = [twoSampleTail(low, n, m), twoSampleTail(high, n, m)];
          expect(more).toBeLessThanOrEqual(1);
          expect(less).toBeGreaterThanOrEqual(0);
          expect(less).toBeLessThanOrEqual(more + 1e-7);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('agree, exact and asymptotic, for samples of some size', () => {
    for (const d of [0.1, 0.15, 0.2])
      expect(twoSampleTail(d, 200, 150)).toBeCloseTo(twoSampleTailExact(d, 200, 150), 1);
  });
});
