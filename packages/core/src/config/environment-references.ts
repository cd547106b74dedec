import type { Json } from '../shared/json.js';

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Reads a variable of the environment; undefined when it is not set. */
export type ReadVariable = (name: string) => string | undefined;

/** Text in which references were replaced. */
export interface Resolved {
  readonly text: string;
  /** Names that the environment does not have (or has empty), in order of appearance. */
  readonly missing: readonly string[];
}

/** Whether the text names a variable of the environment, as in `${NAME}`. */
export function hasReference(text: string): boolean {
  return text.search(reference) >= 0;
}

/** Names of all variables that a value refers to, however deep. */
export function referencedNames(value: Json): ReadonlySet<string> {
  return new Set([...JSON.stringify(value).matchAll(reference)].map(([, name]) => name!));
}

/** Replaces every `${NAME}` by the variable's value; a missing one is left as it stands and listed. */
export function resolveReferences(text: string, variable: ReadVariable): Resolved {
  const missing: string[] = [];
  const resolved = text.replace(reference, (whole, name: string) => {
    const value = variable(name);
    if (value) return value;
    missing.push(name);
    return whole;
  });
  return { text: resolved, missing };
}

/** Options with every reference replaced, however deep; what is missing is listed once. */
export function resolveOptions(
  options: Readonly<Record<string, Json>>,
  variable: ReadVariable,
): { readonly options: Record<string, Json>; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const walk = (value: Json): Json => {
    if (typeof value === 'string') {
      const resolved = resolveReferences(value, variable);
      resolved.missing.forEach((name) => missing.add(name));
      return resolved.text;
    }
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
  };
  return { options: walk(options) as Record<string, Json>, missing: [...missing] };
}

/** A sentence with the values of all variables that `source` refers to replaced by their `${NAME}`: safe to show. */
export function concealValues(sentence: string, source: Json, variable: ReadVariable): string {
  let concealed = sentence;
  for (const [whole, name] of JSON.stringify(source).matchAll(reference)) {
    const value = variable(name!);
    if (value) concealed = concealed.replaceAll(value, whole);
  }
  return concealed;
}
