import fc from 'fast-check';
import { binFinder } from './bin-finder.js';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('the bin of a value', () => {
  it('is the number of edges at most the value, wherever the edges lie', () => {
    fc.assert(
      fc.property(fc.uniqueArray(finite, { maxLength: 40 }), fc.array(finite, { maxLength: 40 }), (numbers, values) => {
        const edges = [...numbers].sort((a, b) => a - b);
        const binOf = binFinder(edges);
        for (const value of [...values, ...edges, -3e38, 3e38]) {
          expect(binOf(value)).toBe(edges.filter((edge) => edge <= value).length);
        }
      }),
    );
  });

  it('is found where all edges but one crowd together', () => {
    const edges = [...Array.from({ length: 20 }, (_, index) => index * 1e-30), 1e30];
    const binOf = binFinder(edges);
    for (const [bin, edge] of edges.entries()) expect(binOf(edge)).toBe(bin + 1);
    expect(binOf(-1)).toBe(0);
    expect(binOf(1)).toBe(20);
  });
});
