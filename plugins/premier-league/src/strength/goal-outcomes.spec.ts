import fc from 'fast-check';
import { fromLogRatios, goalOutcomes, logRatios } from './goal-outcomes.js';

const mean = fc.double({ min: 0.05, max: 6, noNaN: true });

describe('results that expected goals mean', () => {
  it('agrees with sums done by hand', () => {
    const [home, draw, away] = goalOutcomes(1.5, 1.1);
    expect(home).toBeCloseTo(0.46424, 4);
    expect(draw).toBeCloseTo(0.25767, 4);
    expect(away).toBeCloseTo(0.27809, 4);
  });

  it('mirrors when the sides change', () => {
    fc.assert(
      fc.property(mean, mean, (a, b) => {
        const [home, draw, away] = goalOutcomes(a, b);
        const mirrored = goalOutcomes(b, a);
        expect(home + draw + away).toBeCloseTo(1, 12);
        expect(mirrored[0]).toBeCloseTo(away, 9);
        expect(mirrored[1]).toBeCloseTo(draw, 9);
      }),
    );
  });

  it('leaves nothing impossible, however uneven the sides', () => {
    for (const probability of [...goalOutcomes(30, 1e-3), ...goalOutcomes(1e-3, 30)]) {
      expect(probability).toBeGreaterThan(0);
    }
  });

  it('survives the way to log-ratios and back', () => {
    fc.assert(
      fc.property(mean, mean, (a, b) => {
        const given = goalOutcomes(a, b);
        fromLogRatios(logRatios(given)).forEach((value, index) => expect(value).toBeCloseTo(given[index]!, 9));
      }),
    );
  });
});
