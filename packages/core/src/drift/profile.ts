import type { FeatureSchema } from '../model/feature-schema.js';
import { invalid } from '../shared/errors.js';
import type { CategoricalProfile, ColumnProfile, FeatureProfile, NumericProfile } from './feature-profile.js';
import { binFinder } from './bin-finder.js';
import { quantileEdges } from './quantile-edges.js';

/** Categories frozen for a categorical feature, at most; rarer ones count as unseen on both sides. */
export const mostCategories = 200;

/**
 * Pictures the features of reference rows and freezes their bins.
 *
 * `rows` is row-major float32 with one column per feature of the schema, NaN = missing. Any column may be constant,
 * empty or infinite, and there may be no row at all: the picture then says so and no other column is affected.
 */
export function profileOf(schema: FeatureSchema, rows: Float32Array): FeatureProfile {
  const width = schema.features.length;
  checkWidth(rows, width);
  const height = rows.length / width;
  const column = new Float32Array(height);
  const empty: ColumnProfile[] = schema.features.map(({ name, kind }, index) => {
    let finite = 0;
    for (let cell = index; cell < rows.length; cell += width) {
      if (Number.isFinite(rows[cell]!)) column[finite++] = rows[cell]!;
    }
    const values = column.subarray(0, finite).sort();
    if (kind === 'categorical') {
      const categories = frequentValues(values).map((value) => ({ value, count: 0 }));
      return { kind, name, categories, unseen: 0, missing: 0 };
    }
    return emptyNumeric(name, quantileEdges(values));
  });
  return updateProfile({ rows: 0, columns: empty }, rows);
}

/** A picture of no rows on the reference's bins: where the current window starts from. */
export function emptyProfile(reference: FeatureProfile): FeatureProfile {
  return {
    rows: 0,
    columns: reference.columns.map((column) =>
      column.kind === 'numeric'
        ? emptyNumeric(column.name, column.edges)
        : { ...column, categories: column.categories.map(({ value }) => ({ value, count: 0 })), unseen: 0, missing: 0 },
    ),
  };
}

/** Adds a chunk of rows (row-major float32, columns as in the profile) and leaves the given profile as it is. */
export function updateProfile(profile: FeatureProfile, rows: Float32Array): FeatureProfile {
  const width = profile.columns.length;
  checkWidth(rows, width);
  return {
    rows: profile.rows + rows.length / width,
    columns: profile.columns.map((column, index) =>
      column.kind === 'numeric'
        ? mergeNumeric(column, countNumeric(column, rows, index, width))
        : countCategorical(column, rows, index, width),
    ),
  };
}

/** Picture of the rows of both; throws `profiles_differ` unless both use the same bins. */
export function mergeProfiles(first: FeatureProfile, second: FeatureProfile): FeatureProfile {
  if (first.columns.length !== second.columns.length) throw differ('they have different features');
  return {
    rows: first.rows + second.rows,
    columns: first.columns.map((column, index) => {
      const other = second.columns[index]!;
      if (column.kind === 'numeric' && other.kind === 'numeric') {
        if (!sameNumbers(column.edges, other.edges)) throw differ(`feature "${column.name}" has other bins`);
        return mergeNumeric(column, other);
      }
      if (column.kind === 'categorical' && other.kind === 'categorical') return mergeCategorical(column, other);
      throw differ(`feature "${column.name}" is of another kind`);
    }),
  };
}

function emptyNumeric(name: string, edges: readonly number[]): NumericProfile {
  const counts = new Array<number>(edges.length + 1).fill(0);
  return { kind: 'numeric', name, edges, counts, missing: 0, notFinite: 0, count: 0, mean: 0, m2: 0, min: 0, max: 0 };
}

function countNumeric(column: NumericProfile, rows: Float32Array, index: number, width: number): NumericProfile {
  const binOf = binFinder(column.edges);
  const counts = new Array<number>(column.edges.length + 1).fill(0);
  const values = new Float32Array(rows.length / width);
  let missing = 0;
  let notFinite = 0;
  let count = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let cell = index; cell < rows.length; cell += width) {
    const value = rows[cell]!;
    if (!Number.isFinite(value)) {
      if (Number.isNaN(value)) missing++;
      else notFinite++;
      continue;
    }
    values[count++] = value;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    counts[binOf(value)]!++;
  }
  const mean = count > 0 ? sum / count : 0;
  let m2 = 0;
  for (let row = 0; row < count; row++) m2 += (values[row]! - mean) ** 2;
  const extremes = count > 0 ? { min, max } : { min: 0, max: 0 };
  return {
    kind: 'numeric',
    name: column.name,
    edges: column.edges,
    counts,
    missing,
    notFinite,
    count,
    mean,
    m2,
    ...extremes,
  };
}

/** Moments merge by Chan, Golub & LeVeque's update. */
function mergeNumeric(first: NumericProfile, second: NumericProfile): NumericProfile {
  const missing = first.missing + second.missing;
  const notFinite = first.notFinite + second.notFinite;
  if (second.count === 0) return { ...first, missing, notFinite };
  if (first.count === 0) return { ...second, missing, notFinite };
  const count = first.count + second.count;
  const delta = second.mean - first.mean;
  return {
    ...first,
    counts: first.counts.map((value, bin) => value + second.counts[bin]!),
    missing,
    notFinite,
    count,
    mean: first.mean + (delta * second.count) / count,
    m2: first.m2 + second.m2 + (delta * delta * first.count * second.count) / count,
    min: Math.min(first.min, second.min),
    max: Math.max(first.max, second.max),
  };
}

function countCategorical(
  column: CategoricalProfile,
  rows: Float32Array,
  index: number,
  width: number,
): CategoricalProfile {
  const position = new Map(column.categories.map(({ value }, at) => [value, at]));
  const counts = column.categories.map(({ count }) => count);
  let { unseen, missing } = column;
  for (let cell = index; cell < rows.length; cell += width) {
    const value = rows[cell]!;
    const at = position.get(value);
    if (at !== undefined) counts[at]!++;
    else if (Number.isFinite(value)) unseen++;
    else missing++;
  }
  return {
    ...column,
    categories: column.categories.map(({ value }, at) => ({ value, count: counts[at]! })),
    unseen,
    missing,
  };
}

function mergeCategorical(first: CategoricalProfile, second: CategoricalProfile): CategoricalProfile {
  const values = (profile: CategoricalProfile) => profile.categories.map(({ value }) => value);
  if (!sameNumbers(values(first), values(second))) throw differ(`feature "${first.name}" has other categories`);
  return {
    ...first,
    categories: first.categories.map(({ value, count }, at) => ({
      value,
      count: count + second.categories[at]!.count,
    })),
    unseen: first.unseen + second.unseen,
    missing: first.missing + second.missing,
  };
}

/** The most frequent distinct values of an ascending array, ascending; the smaller of equally frequent ones. */
function frequentValues(sorted: Float32Array): number[] {
  const counts = new Map<number, number>();
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, mostCategories)
    .map(([value]) => value)
    .sort((a, b) => a - b);
}

function sameNumbers(first: readonly number[], second: readonly number[]): boolean {
  return first.length === second.length && first.every((value, index) => value === second[index]);
}

function checkWidth(rows: Float32Array, width: number): void {
  if (width === 0 || rows.length % width !== 0) {
    throw invalid('rows_malformed', `${rows.length} numbers do not make rows of ${width} features.`);
  }
}

const differ = (how: string) => invalid('profiles_differ', `Two feature profiles cannot be merged: ${how}.`);
