import fc from 'fast-check';
import type { Odds } from '../match/match.js';
import { removeMargin } from './remove-margin.js';

const odds = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 1.001, max: 10_000, noNaN: true }))) as fc.Arbitrary<
  [number, number, number]
>;

describe('probabilities behind odds', () => {
  it('takes nothing off odds without margin', () => {
    removeMargin([2, 4, 4]).forEach((probability, index) =>
      expect(probability).toBeCloseTo([0.5, 0.25, 0.25][index]!, 12),
    );
  });

  it('takes more of the margin off the long shot', () => {
    const [home, , away] = removeMargin([1.2, 7, 15]);
    const sum = 1 / 1.2 + 1 / 7 + 1 / 15;
    expect(home).toBeGreaterThan(1 / 1.2 / sum);
    expect(away).toBeLessThan(1 / 15 / sum);
  });

  it('sums to one and keeps the order of the odds, whatever they are', () => {
    fc.assert(
      fc.property(odds, (given) => {
        const probabilities = removeMargin(given as Odds);
        expect(probabilities[0] + probabilities[1] + probabilities[2]).toBeCloseTo(1, 9);
        for (const [a, b] of [
          [0, 1],
          [1, 2],
          [0, 2],
        ] as const) {
          expect(probabilities[a]).toBeGreaterThan(0);
          if (given[a] < given[b]) expect(probabilities[a]).toBeGreaterThanOrEqual(probabilities[b]);
        }
      }),
    );
  });
});
