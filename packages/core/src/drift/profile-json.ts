import { invalid } from '../shared/errors.js';
import type { Json, JsonObject } from '../shared/json.js';
import type { CategoricalProfile, ColumnProfile, FeatureProfile, NumericProfile } from './feature-profile.js';

/** The profile as it is stored with a version and sent to readers. */
export function profileToJson(profile: FeatureProfile): JsonObject {
  return {
    rows: profile.rows,
    columns: profile.columns.map((column): JsonObject => {
      if (column.kind === 'categorical') {
        const categories = column.categories.map(({ value, count }): JsonObject => ({ value, count }));
        return { kind: column.kind, name: column.name, categories, unseen: column.unseen, missing: column.missing };
      }
      const { notFinite, ...rest } = column;
      return { ...rest, not_finite: notFinite };
    }),
  };
}

/** Reads a stored profile back; throws `profile_unreadable` naming the first thing that is wrong. */
export function profileFromJson(json: Json | undefined): FeatureProfile {
  const profile = objectAt(json, 'profile');
  const columns = arrayAt(profile['columns'], 'columns');
  return {
    rows: countAt(profile['rows'], 'rows'),
    columns: columns.map((column, index): ColumnProfile => {
      const path = `columns.${index}`;
      const fields = objectAt(column, path);
      if (fields['kind'] === 'numeric') return numericFrom(fields, path);
      if (fields['kind'] === 'categorical') return categoricalFrom(fields, path);
      throw unreadable(`${path}.kind`, 'is neither numeric nor categorical');
    }),
  };
}

function numericFrom(fields: JsonObject, path: string): NumericProfile {
  const numbers = (name: string) => arrayAt(fields[name], `${path}.${name}`);
  const edges = numbers('edges').map((edge, index) => numberAt(edge, `${path}.edges.${index}`));
  const counts = numbers('counts').map((count, index) => countAt(count, `${path}.counts.${index}`));
  if (edges.some((edge, index) => index > 0 && edge <= edges[index - 1]!)) {
    throw unreadable(`${path}.edges`, 'is not ascending');
  }
  if (counts.length !== edges.length + 1) throw unreadable(`${path}.counts`, `needs ${edges.length + 1} counts`);
  const count = countAt(fields['count'], `${path}.count`);
  if (counts.reduce((sum, value) => sum + value, 0) !== count) {
    throw unreadable(`${path}.count`, 'is not the sum of the counts');
  }
  return {
    kind: 'numeric',
    name: nameAt(fields['name'], path),
    edges,
    counts,
    missing: countAt(fields['missing'], `${path}.missing`),
    notFinite: countAt(fields['not_finite'], `${path}.not_finite`),
    count,
    mean: numberAt(fields['mean'], `${path}.mean`),
    m2: numberAt(fields['m2'], `${path}.m2`),
    min: numberAt(fields['min'], `${path}.min`),
    max: numberAt(fields['max'], `${path}.max`),
  };
}

function categoricalFrom(fields: JsonObject, path: string): CategoricalProfile {
  return {
    kind: 'categorical',
    name: nameAt(fields['name'], path),
    categories: arrayAt(fields['categories'], `${path}.categories`).map((entry, index) => {
      const at = `${path}.categories.${index}`;
      const { value, count } = objectAt(entry, at);
      return { value: numberAt(value, `${at}.value`), count: countAt(count, `${at}.count`) };
    }),
    unseen: countAt(fields['unseen'], `${path}.unseen`),
    missing: countAt(fields['missing'], `${path}.missing`),
  };
}

function objectAt(value: Json | undefined, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(path, 'is not an object');
  return value as JsonObject;
}

function arrayAt(value: Json | undefined, path: string): readonly Json[] {
  if (!Array.isArray(value)) throw unreadable(path, 'is not a list');
  return value as readonly Json[];
}

function numberAt(value: Json | undefined, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unreadable(path, 'is not a finite number');
  return value;
}

function countAt(value: Json | undefined, path: string): number {
  const count = numberAt(value, path);
  if (!Number.isSafeInteger(count) || count < 0) throw unreadable(path, 'is not a count');
  return count;
}

function nameAt(value: Json | undefined, path: string): string {
  if (typeof value !== 'string' || value === '') throw unreadable(`${path}.name`, 'is not a name');
  return value;
}

const unreadable = (path: string, problem: string) =>
  invalid('profile_unreadable', `The stored feature profile cannot be read: ${path} ${problem}.`, [
    { path, message: problem },
  ]);
