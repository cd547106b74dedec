import fc from 'fast-check';
import { seededRandom } from './random.js';
import { logProportionEvidence, proportionSequence } from './sequential-proportion.js';

const trials = fc
  .record({ n: fc.integer({ min: 1, max: 5000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ n, share }) => ({ n, k: Math.round(share * n) }));

describe('a proportion that is looked at all the time', () => {
  it('lies around what was seen, wider at a stricter level', () => {
    fc.assert(
      fc.property(trials, ({ k, n }) => {
        const [low, high] = proportionSequence(k, n, 0.05);
        const [lower, higher] = proportionSequence(k, n, 0.001);
        expect(low).toBeLessThanOrEqual(k / n);
        expect(high).toBeGreaterThanOrEqual(k / n);
        expect(lower).toBeLessThanOrEqual(low);
        expect(higher).toBeGreaterThanOrEqual(high);
      }),
    );
    expect(proportionSequence(0, 0, 0.05)).toEqual([0, 1]);
  });

  it('is a martingale: the evidence after one more trial is the present one on average', () => {
    fc.assert(
      fc.property(trials, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ({ k, n }, p) => {
        const grown = (hit: 0 | 1) =>
          Math.exp(logProportionEvidence(k + hit, n + 1, p) - logProportionEvidence(k, n, p));
        expect(p * grown(1) + (1 - p) * grown(0)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('loses the true probability in at most a twentieth of 400 sequences of 500 looks', () => {
    const random = seededRandom(3);
    let lost = 0;
    for (let run = 0; run < 400; run++) {
      for (let n = 1, k = 0; n <= 500; n++) {
        if (random() < 0.1) k++;
        if (logProportionEvidence(k, n, 0.1) < Math.log(20)) continue;
        lost++;
        break;
      }
    }
    expect(lost).toBeLessThanOrEqual(20);
  });
});
