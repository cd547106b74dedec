import type { Json, JsonObject } from '../shared/json.js';

/** One changed value; undefined = not there. Lists are one value. */
export interface Change {
  readonly path: readonly string[];
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value that differs, in order of the keys. Lists are compared as a whole. */
export function changesBetween(from: Json | undefined, to: Json | undefined, path: readonly string[] = []): Change[] {
  if (isObject(from) && isObject(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => changesBetween(own(from, key), own(to, key), [...path, key]));
  }
  return sameJson(from, to) ? [] : [{ path, from, to }];
}

/** A copy of the values with each change's `to` in place; what becomes undefined is removed. */
export function applyChanges(values: JsonObject, changes: readonly Change[]): JsonObject {
  return changes.reduce((changed, { path, to }) => withValue(changed, path, to), values);
}

/** A copy of the values with a patch merged in (RFC 7396): mappings key by key, all else replaced, null removes. */
export function mergePatch(values: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map<string, Json>(isObject(values) ? Object.entries(values) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Changes by dotted path as `{ from, to }`, null where there was or is nothing. */
export function changesByPath(changes: readonly Change[]): JsonObject {
  return Object.fromEntries(
    changes.map(({ path, from, to }) => [path.join('.'), { from: from ?? null, to: to ?? null }]),
  );
}

/** Whether two values are the same JSON, whatever the order of their keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item as Json, b[index] as Json));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

function withValue(values: JsonObject, [key, ...rest]: readonly string[], to: Json | undefined): JsonObject {
  const entries = new Map(Object.entries(values));
  const inner = entries.get(key!);
  const next = rest.length === 0 ? to : withValue(isObject(inner) ? inner : {}, rest, to);
  if (next === undefined) entries.delete(key!);
  else entries.set(key!, next);
  return Object.fromEntries(entries);
}

function own(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
