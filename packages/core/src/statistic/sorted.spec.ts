import fc from 'fast-check';
import { seededRandom } from './random.js';
import { sortedCopy } from './sorted.js';

const expected = (values: Float64Array) => values.slice().sort();

describe('a sorted copy', () => {
  it('orders few numbers of any kind', () => {
    fc.assert(
      fc.property(fc.float64Array({ noNaN: true, maxLength: 50 }), (values) => {
        expect(sortedCopy(values)).toEqual(expected(values));
      }),
    );
  });

  it('orders many numbers of any kind', () => {
    const odd = fc.double({ noNaN: true });
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 20 }), fc.integer(), (some, seed) => {
        const random = seededRandom(seed);
        const values = Float64Array.from({ length: 3000 }, (_, index) =>
          index % 3 ? (random() - 0.5) * 10 ** (random() * 40 - 20) : some[index % some.length]!,
        );
        expect(sortedCopy(values)).toEqual(expected(values));
      }),
      { numRuns: 20 },
    );
  });

  it('leaves the given array alone', () => {
    const values = Float64Array.from({ length: 2500 }, (_, index) => -index);
    const copy = values.slice();
    expect(sortedCopy(values)[0]).toBe(-2499);
    expect(values).toEqual(copy);
  });

  it('copes with equal numbers', () => {
    expect(new Set(sortedCopy(new Float64Array(3000).fill(-7.5)))).toEqual(new Set([-7.5]));
  });
});
