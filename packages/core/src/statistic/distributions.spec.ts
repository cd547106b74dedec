import fc from 'fast-check';
import {
  binomialCdf,
  chiSquareTail,
  erfc,
  normalCdf,
  normalQuantile,
  normalTail,
  studentTail,
} from './distributions.js';
import { incompleteBeta, logBeta, logGamma } from './special-functions.js';

describe('distribution functions', () => {
  it('know the factorials and half-integer gammas', () => {
    expect(logGamma(1)).toBeCloseTo(0, 14);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 13);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 14);
    expect(logBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 14);
  });

  it('agree with closed forms', () => {
    // A chi-square with two degrees of freedom is exponential; Student's t with one is Cauchy.
    for (const x of [0.1, 1, 5, 40]) expect(chiSquareTail(x, 2)).toBeCloseTo(Math.exp(-x / 2), 14);
    for (const t of [-3, 0, 0.5, 10]) expect(studentTail(t, 1)).toBeCloseTo(0.5 - Math.atan(t) / Math.PI, 13);
    expect(binomialCdf(1, 4, 0.5)).toBeCloseTo(5 / 16, 14);
    expect(erfc(0)).toBe(1);
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14);
  });

  it('keep their digits far into the tail', () => {
    // Mills' ratio: the tail of z is its density over z, less a term of order 1/z² (Abramowitz & Stegun 26.2.12).
    const z = 12;
    const series =
      (Math.exp((-z * z) / 2) / (z * Math.sqrt(2 * Math.PI))) * (1 - 1 / z ** 2 + 3 / z ** 4 - 15 / z ** 6);
    expect(normalTail(z) / series).toBeCloseTo(1, 6);
  });

  it('sum the binomial exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (n, p) => {
        let mass = (1 - p) ** n;
        let sum = mass;
        for (let k = 0; k < n; k++) {
          expect(binomialCdf(k, n, p)).toBeCloseTo(sum, 10);
          mass *= ((n - k) / (k + 1)) * (p / (1 - p));
          sum += mass;
        }
        expect(binomialCdf(n, n, p)).toBe(1);
      }),
    );
  });

  it('put the median of a standard normal at zero exactly', () => {
    expect(normalQuantile(0.5)).toBe(0);
  });

  it('invert and mirror each other', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
        expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12);
      }),
    );
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        (x, a, b) => {
          expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 10);
        },
      ),
    );
  });
});
