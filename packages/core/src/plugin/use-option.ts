import type { Issue } from '../shared/errors.js';
import type { Json, JsonObject } from '../shared/json.js';

/** A definition by name with its options, not yet checked. */
export type UseOption = { readonly use: string; readonly with: JsonObject };

const shape = 'a name, or {use: name, with: {options}}';

/** What a value names: `name` or `{use: name, with: {…}}`; undefined when it names nothing. */
export function useOf(value: Json): UseOption | undefined {
  if (typeof value === 'string') return value === '' ? undefined : { use: value, with: {} };
  if (!isObject(value)) return undefined;
  const { use, with: options = {}, ...others } = value;
  const named = typeof use === 'string' && use !== '' && isObject(options) && Object.keys(others).length === 0;
  return named ? { use, with: options } : undefined;
}

/** What is wrong with one of them. */
export function useProblems(value: Json): Issue[] {
  return useOf(value) ? [] : [{ path: '', message: `must be ${shape}`, given: value }];
}

/** What is wrong with a list of them; paths are relative to it. */
export function usesProblems(value: Json, least: number): Issue[] {
  if (!Array.isArray(value) || value.length < least) {
    return [{ path: '', message: `must be a list of at least ${least}, each ${shape}`, given: value }];
  }
  return (value as readonly Json[]).flatMap((item, index) =>
    useProblems(item).map((problem) => ({ ...problem, path: String(index) })),
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
