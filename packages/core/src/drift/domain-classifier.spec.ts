import fc from 'fast-check';
import type { FeatureSchema } from '../model/feature-schema.js';
import { seededRandom } from '../statistic/random.js';
import { normalFrom } from '../testing/normal.js';
import { classifyDomains } from './domain-classifier.js';

const rule = { minRows: 30, seed: 1 };
const numeric = (count: number): FeatureSchema => ({
  features: Array.from({ length: count }, (_, index) => ({ name: `x${index}`, kind: 'numeric', drift: true })),
});

/** Standard normal features; the first two are correlated. */
function rowsOf(next: () => number, rows: number, width: number, correlation = 0): Float32Array {
  const cells = Float32Array.from({ length: rows * width }, next);
  for (let row = 0; row < rows; row++) {
    const [first, second] = [cells[row * width]!, cells[row * width + 1]!];
    cells[row * width + 1] = correlation * first + Math.sqrt(1 - correlation ** 2) * second;
  }
  return cells;
}

describe('the classifier of domains', () => {
  it('stays quiet on equal samples: its p-values are no smaller than they claim', () => {
    const seeds = Array.from({ length: 100 }, (_, seed) => seed);
    const found = seeds.map((seed) => {
      const next = normalFrom(seededRandom(seed));
      return classifyDomains(numeric(3), rowsOf(next, 300, 3), rowsOf(next, 100, 3), rule)!;
    });
    const below = (level: number) => found.filter(({ pValue }) => pValue <= level).length / found.length;
    // A binomial share of 100 reaches these with probability 1e-3.
    expect(below(0.05)).toBeLessThan(0.14);
    expect(below(0.01)).toBeLessThan(0.06);
  });

  it('catches a change of correlation that leaves every margin as it was, and names it', () => {
    const caught = Array.from({ length: 5 }, (_, seed) => {
      const next = normalFrom(seededRandom(seed));
      return classifyDomains(numeric(8), rowsOf(next, 2000, 8), rowsOf(next, 500, 8, 0.7), rule)!;
    });
    for (const { pValue, auc, strongest } of caught) {
      expect(pValue).toBeLessThan(1e-4);
      expect(auc).toBeGreaterThan(0.57);
      expect(strongest[0]).toBe('x0 · x1');
    }
  });

  it('catches a shift, another spread, and values that went missing', () => {
    const next = normalFrom(seededRandom(3));
    const reference = rowsOf(next, 1000, 3);
    const changed = (change: (value: number, feature: number) => number) =>
      classifyDomains(
        numeric(3),
        reference,
        rowsOf(next, 500, 3).map((value, cell) => change(value, cell % 3)),
        rule,
      )!;
    expect(changed((value, feature) => (feature === 1 ? value + 0.7 : value)).strongest[0]).toBe('x1');
    expect(changed((value, feature) => (feature === 1 ? value * 2 : value)).strongest[0]).toBe('x1²');
    const gone = changed((value, feature) => (feature === 2 && value > 0.5 ? NaN : value));
    expect(gone.pValue).toBeLessThan(1e-6);
    expect(changed((value) => value).pValue).toBeGreaterThan(0.01);
  });

  it('sees categories, and nothing of features whose drift means nothing', () => {
    const schema: FeatureSchema = {
      features: [
        { name: 'side', kind: 'categorical', drift: true },
        { name: 'month', kind: 'numeric', drift: false },
      ],
    };
    const random = seededRandom(5);
    const rows = (count: number, share: number, month: number) =>
      Float32Array.from({ length: count * 2 }, (_, cell) => (cell % 2 === 1 ? month : random() < share ? 1 : 2));
    expect(classifyDomains(schema, rows(500, 0.5, 1), rows(300, 0.8, 1), rule)).toMatchObject({
      strongest: expect.arrayContaining(['side = 1']) as string[],
    });
    expect(classifyDomains(schema, rows(500, 0.5, 1), rows(300, 0.5, 7), rule)!.pValue).toBeGreaterThan(0.01);
  });

  it('is the same for the same seed, whatever lies in the columns, and never says what is no number', () => {
    const value = fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, 2.5, 1e38, -1e38);
    const sample = fc.array(fc.tuple(value, value, value), { minLength: 0, maxLength: 60 });
    const kinds: FeatureSchema = {
      features: [
        { name: 'a', kind: 'numeric', drift: true },
        { name: 'b', kind: 'categorical', drift: true },
        { name: 'c', kind: 'numeric', drift: true },
      ],
    };
    fc.assert(
      fc.property(sample, sample, fc.integer(), (before, now, seed) => {
        const ask = () =>
          classifyDomains(kinds, Float32Array.from(before.flat()), Float32Array.from(now.flat()), { minRows: 4, seed });
        const found = ask();
        expect(ask()).toEqual(found);
        if (!found) return;
        expect(found.auc).toBeGreaterThanOrEqual(0);
        expect(found.auc).toBeLessThanOrEqual(1);
        expect(found.pValue).toBeGreaterThanOrEqual(0);
        expect(found.pValue).toBeLessThanOrEqual(1);
      }),
      { seed: 9, numRuns: 150 },
    );
  });

  it.each([
    ['no row', 0, NaN],
    ['one row', 1, 1],
    ['constant columns', 100, 3],
    ['columns without a value', 100, NaN],
  ])('has nothing to say of %s', (_, rows, value) => {
    const cells = () => new Float32Array(rows * 3).fill(value);
    expect(classifyDomains(numeric(3), cells(), cells(), rule)).toBeUndefined();
  });

  it('takes ±Infinity for the greatest values', () => {
    const next = normalFrom(seededRandom(8));
    const reference = rowsOf(next, 500, 2);
    const burst = rowsOf(next, 200, 2).map((value, cell) => (cell % 4 === 0 ? Infinity : value));
    const found = classifyDomains(numeric(2), reference, burst, rule)!;
    expect(found.auc).toBeGreaterThan(0.6);
    expect(found.strongest[0]).toMatch(/^x0/);
  });
});
