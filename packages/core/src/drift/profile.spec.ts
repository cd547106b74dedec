import fc from 'fast-check';
import type { FeatureSchema } from '../model/feature-schema.js';
import type { NumericProfile } from './feature-profile.js';
import { profileFromJson, profileToJson } from './profile-json.js';
import { emptyProfile, mergeProfiles, mostCategories, profileOf, updateProfile } from './profile.js';
import { mostBins } from './quantile-edges.js';

const schema: FeatureSchema = {
  features: [
    { name: 'strength', kind: 'numeric', drift: true },
    { name: 'venue', kind: 'categorical', drift: true },
  ],
};
const single: FeatureSchema = { features: [schema.features[0]!] };
const numericOf = (values: number[]) => profileOf(single, Float32Array.from(values)).columns[0] as NumericProfile;

const cell = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, 1),
);
const table = fc.array(fc.tuple(cell, fc.constantFrom(0, 1, 2, NaN)), { maxLength: 60 }).map((rows) => rows.flat());

describe('a feature profile', () => {
  it('cuts many distinct values into bins of equally many rows, finer in the tails', () => {
    const profile = numericOf(Array.from({ length: 1000 }, (_, row) => (row * 7) % 1000));
    expect(profile.counts).toHaveLength(mostBins);
    expect(profile.counts.slice(0, 4)).toEqual([5, 5, 15, 25]);
    expect(new Set(profile.counts.slice(4, -4))).toEqual(new Set([50]));
    expect(profile).toMatchObject({ count: 1000, min: 0, max: 999, missing: 0, notFinite: 0 });
    expect(profile.mean).toBeCloseTo(499.5, 9);
  });

  it('gives each of few distinct values a bin of its own', () => {
    const profile = numericOf([3, 1, 1, 2, 3, 3]);
    expect(profile.edges).toEqual([2, 3]);
    expect(profile.counts).toEqual([2, 1, 3]);
  });

  it('lets heavy ties share a bin', () => {
    const values = [...Array.from({ length: 900 }, () => 0), ...Array.from({ length: 100 }, (_, row) => row + 1)];
    const { edges, counts } = numericOf(values);
    expect(edges.every((edge, index) => index === 0 || edge > edges[index - 1]!)).toBe(true);
    expect(counts[0]).toBe(900);
  });

  it('sees values leave a constant column in either direction', () => {
    for (const constant of [0, 5, -2.5]) {
      const reference = profileOf(single, Float32Array.of(constant, constant, constant));
      expect(
        updateProfile(emptyProfile(reference), Float32Array.of(constant - 1, constant, constant + 1)).columns[0],
      ).toMatchObject({
        counts: [1, 1, 1],
      });
    }
  });

  it('keeps missing and infinite values apart from the finite ones', () => {
    expect(numericOf([NaN, Infinity, -Infinity, 4])).toMatchObject({ count: 1, missing: 1, notFinite: 2, mean: 4 });
    expect(numericOf([NaN, NaN])).toMatchObject({ edges: [], counts: [0], count: 0, missing: 2, mean: 0, m2: 0 });
    expect(numericOf([])).toMatchObject({ count: 0, missing: 0 });
  });

  it('counts categories it never saw, and too rare ones, as unseen', () => {
    const reference = profileOf(schema, Float32Array.of(1, 7, 1, 7, 1, 9));
    const current = updateProfile(emptyProfile(reference), Float32Array.of(1, 7, 1, 8, 1, NaN));
    expect(current.columns[1]).toMatchObject({
      categories: [
        { value: 7, count: 1 },
        { value: 9, count: 0 },
      ],
      unseen: 1,
      missing: 1,
    });
    const many = profileOf(schema, Float32Array.from(Array.from({ length: 300 }, (_, row) => [0, row]).flat()));
    expect(many.columns[1]).toMatchObject({ unseen: 300 - mostCategories });
  });

  it('loses no row, whatever the columns hold', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const profile = profileOf(schema, Float32Array.from(rows));
        expect(profile.rows).toBe(rows.length / 2);
        const [numeric, categorical] = profile.columns;
        if (numeric?.kind !== 'numeric' || categorical?.kind !== 'categorical') throw new Error('kinds were swapped');
        expect(numeric.counts.reduce((sum, count) => sum + count, 0)).toBe(numeric.count);
        expect(numeric.count + numeric.missing + numeric.notFinite).toBe(profile.rows);
        const known = categorical.categories.reduce((sum, { count }) => sum + count, 0);
        expect(known + categorical.unseen + categorical.missing).toBe(profile.rows);
        expect(numeric.edges.every((edge, index) => index === 0 || edge > numeric.edges[index - 1]!)).toBe(true);
      }),
    );
  });

  it('merged from chunks is the profile of the whole', () => {
    fc.assert(
      fc.property(table, table, table, (first, second, third) => {
        const reference = profileOf(schema, Float32Array.from(first));
        const empty = emptyProfile(reference);
        const whole = updateProfile(empty, Float32Array.from([...second, ...third]));
        const parts = mergeProfiles(
          updateProfile(empty, Float32Array.from(second)),
          updateProfile(empty, Float32Array.from(third)),
        );
        expect(roughly(parts)).toEqual(roughly(whole));
      }),
    );
  });

  it('comes back from JSON as it was', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const profile = profileOf(schema, Float32Array.from(rows));
        expect(profileFromJson(JSON.parse(JSON.stringify(profileToJson(profile))))).toEqual(
          JSON.parse(JSON.stringify(profile)),
        );
      }),
    );
  });

  it.each([
    ['nothing', undefined, 'profile'],
    ['a count that is no count', { rows: -1, columns: [] }, 'rows'],
    ['an unknown kind', { rows: 1, columns: [{ kind: 'text', name: 'a' }] }, 'columns.0.kind'],
    [
      'edges out of order',
      { rows: 1, columns: [{ kind: 'numeric', name: 'a', edges: [2, 1], counts: [0, 0, 0] }] },
      'columns.0.edges',
    ],
  ])('refuses %s, saying where', (_, json, path) => {
    expect(() => profileFromJson(json)).toThrow(
      expect.objectContaining({ code: 'profile_unreadable', issues: [expect.objectContaining({ path })] }),
    );
  });

  it('refuses to merge pictures on other bins and rows of another width', () => {
    const few = profileOf(single, Float32Array.of(1, 2));
    expect(() => mergeProfiles(few, profileOf(single, Float32Array.of(1, 3)))).toThrow(
      expect.objectContaining({ code: 'profiles_differ' }),
    );
    expect(() => updateProfile(profileOf(schema, new Float32Array(0)), Float32Array.of(1))).toThrow(
      expect.objectContaining({ code: 'rows_malformed' }),
    );
  });
});

/** Sums of floats depend on their order in the last digits. */
function roughly(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, entry: unknown) =>
      (key === 'mean' || key === 'm2') && typeof entry === 'number' ? Math.round(entry * 100) / 100 + 0 : entry,
    ),
  );
}
