import fc from 'fast-check';
import { mannWhitney } from './mann-whitney.js';

describe('the Mann–Whitney test', () => {
  it('is scipy’s (asymptotic, one-sided), also with ties', () => {
    const some = mannWhitney([1.1, 2.2, 3.3, 4.4, 2.2, 0.5, 7], [2.2, 5, 6, 3.3, 8, 9.5])!;
    expect(some.auc).toBeCloseTo(0.7976190476190477, 12);
    expect(some.pValue).toBeCloseTo(0.04215730549043587, 9);
    const binary = mannWhitney([0, 0, 1, 1, 0, 1, 0, 0], [1, 1, 0, 1, 1])!;
    expect(binary.auc).toBeCloseTo(0.7125, 12);
    expect(binary.pValue).toBeCloseTo(0.08814818722025558, 9);
  });

  it('finds nothing where all scores are equal, and has nothing to say of an empty sample', () => {
    expect(mannWhitney([2, 2, 2], [2, 2])).toEqual({ auc: 0.5, pValue: 1 });
    expect(mannWhitney([], [1])).toBeUndefined();
    expect(mannWhitney([1], [])).toBeUndefined();
  });

  it('turns round with its samples', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(mannWhitney(a, b)!.auc).toBeCloseTo(1 - mannWhitney(b, a)!.auc, 12);
      }),
    );
  });
});
