import fc from 'fast-check';
import { seededRandom } from '../statistic/random.js';
import {
  chiSquareEffect,
  jensenShannonDistance,
  populationStabilityIndex,
  sharesOf,
  totalVariation,
} from './distances.js';
import { kolmogorovSmirnov, wassersteinDistance } from './exact-methods.js';
import type { NumericProfile } from './feature-profile.js';
import { driftMethods, numericDistance } from './methods.js';
import { emptyProfile, profileOf, updateProfile } from './profile.js';

const schema = { features: [{ name: 'x', kind: 'numeric', drift: true }] } as const;

/** Reference and current sample as profiles on the reference's bins. */
function profiles(reference: number[], current: number[]): [NumericProfile, NumericProfile] {
  const frozen = profileOf(schema, Float32Array.from(reference));
  const now = updateProfile(emptyProfile(frozen), Float32Array.from(current));
  return [frozen.columns[0] as NumericProfile, now.columns[0] as NumericProfile];
}

const samples = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 40 });

describe('distances of distributions', () => {
  it('are the textbook values', () => {
    const p = sharesOf([1, 1]);
    const q = sharesOf([3, 1]);
    expect(totalVariation(p, q)).toBeCloseTo(0.25, 14);
    expect(populationStabilityIndex(p, q)).toBeCloseTo(0.25 * Math.log(1.5) - 0.25 * Math.log(0.5), 14);
    expect(jensenShannonDistance(sharesOf([1, 0]), sharesOf([0, 1]))).toBeCloseTo(Math.sqrt(Math.LN2), 14);
    expect(jensenShannonDistance(sharesOf([1, 0]), sharesOf([0, 1]), 2)).toBeCloseTo(1, 14);
    expect(chiSquareEffect(sharesOf([1, 0]), sharesOf([0, 1]))).toBeCloseTo(1, 14);
  });

  it('stay finite when a bin empties', () => {
    expect(populationStabilityIndex(sharesOf([1, 1]), sharesOf([1, 0]))).toBeLessThan(10);
  });
});

describe('exact methods on raw values', () => {
  it('measure a pure shift as its length', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: -20, max: 20 }), (values, shift) => {
        const moved = values.map((value) => value + shift);
        expect(wassersteinDistance(Float64Array.from(values), Float64Array.from(moved))).toBeCloseTo(
          Math.abs(shift),
          9,
        );
      }),
    );
  });

  it('compare the distribution functions, ties and all', () => {
    expect(kolmogorovSmirnov(Float64Array.of(1, 2, 2, 3), Float64Array.of(2, 2, 3, 4))?.statistic).toBeCloseTo(
      0.25,
      14,
    );
    expect(kolmogorovSmirnov(Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6))).toEqual({
      statistic: 1,
      pValue: expect.closeTo(0.1, 12),
    });
    expect(kolmogorovSmirnov(Float64Array.of(1), new Float64Array(0))).toBeUndefined();
    expect(wassersteinDistance(new Float64Array(0), Float64Array.of(1))).toBeUndefined();
  });
});

describe('methods on profiles', () => {
  it('find no distance of a sample from itself', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(...driftMethods), (values, method) => {
        const [reference, current] = profiles(values, values);
        const { score, pValue } = numericDistance(method, reference, current)!;
        expect(score).toBeCloseTo(0, 6);
        expect(pValue).toBeCloseTo(1, 6);
      }),
    );
  });

  it('are never more significant than Kolmogorov–Smirnov on the raw values', () => {
    fc.assert(
      fc.property(samples, samples, (reference, current) => {
        const { score } = numericDistance('ks', ...profiles(reference, current))!;
        const exact = kolmogorovSmirnov(Float64Array.from(reference), Float64Array.from(current))!;
        expect(score).toBeLessThanOrEqual(exact.statistic + 1e-12);
      }),
    );
  });

  it('see a shift of half a standard deviation', () => {
    const random = seededRandom(9);
    const bell = () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
    const before = Array.from({ length: 4000 }, bell);
    const after = Array.from({ length: 400 }, () => bell() + 0.5);
    const [reference, current] = profiles(before, after);
    const exact = wassersteinDistance(Float64Array.from(before), Float64Array.from(after))!;
    expect(numericDistance('wasserstein', reference, current)!.score).toBeCloseTo(exact, 1);
    for (const method of driftMethods) expect(numericDistance(method, reference, current)!.pValue).toBeLessThan(1e-6);
  });

  it('have nothing to compare where a side holds no value', () => {
    expect(numericDistance('psi', ...profiles([1, 2], [NaN]))).toBeUndefined();
    expect(numericDistance('ks', ...profiles([NaN], [1]))).toBeUndefined();
  });
});
