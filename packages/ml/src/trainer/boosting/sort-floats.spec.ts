import { assert, float, property, uniqueArray, array, oneof, constantFrom } from 'fast-check';
import { sortFloats } from './sort-floats.js';

describe('sortFloats', () => {
  it('orders as Float32Array.sort does, to the bit: zeros of both signs, the smallest and the largest too', () => {
    const edges = constantFrom(0, -0, Infinity, -Infinity, 1e-45, -1e-45, 3.4028234663852886e38, 1, -1);
    const numbers = oneof(float({ noNaN: true }), edges);
    assert(
      property(oneof(array(numbers), uniqueArray(numbers, { minLength: 200, maxLength: 3000 })), (given) => {
        const sorted = sortFloats(Float32Array.from(given));
        const expected = Float32Array.from(given).sort();
        expect(new Uint32Array(sorted.buffer)).toEqual(new Uint32Array(expected.buffer));
      }),
    );
  });

  it('orders a part of a list alone', () => {
    const list = Float32Array.of(9, 3, -2, 1, -9);
    sortFloats(list.subarray(1, 4));
    expect([...list]).toEqual([9, -2, 1, 3, -9]);
  });
});
