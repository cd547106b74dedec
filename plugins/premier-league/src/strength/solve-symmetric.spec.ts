import fc from 'fast-check';
import { solveSymmetric } from './solve-symmetric.js';

describe('symmetric systems', () => {
  it('are solved', () => {
    const numbers = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(numbers, (values) => {
        const size = 4;
        const factor = values.slice(0, 16);
        const x = values.slice(16);
        const entry = (row: number, column: number) =>
          (row === column ? 1 : 0) +
          [0, 1, 2, 3].reduce((sum, k) => sum + factor[row * size + k]! * factor[column * size + k]!, 0);
        const matrix = Float64Array.from({ length: 16 }, (_, index) => entry(Math.floor(index / size), index % size));
        const right = Float64Array.from({ length: size }, (_, row) =>
          x.reduce((sum, value, column) => sum + matrix[row * size + column]! * value, 0),
        );
        solveSymmetric(matrix, right, size);
        right.forEach((value, index) => expect(value).toBeCloseTo(x[index]!, 6));
      }),
    );
  });

  it('are refused when no unique solution is certain', () => {
    expect(() => solveSymmetric(Float64Array.of(1, 0, 1, 1), Float64Array.of(1, 1), 2)).toThrow(RangeError);
  });
});
