import type { PluginRegistry, Registry } from '../plugin/registry.js';
import type { Issue } from '../shared/errors.js';
import type { Json } from '../shared/json.js';
import type { ReadVariable } from './environment-references.js';

/** A place for artifacts, by name. */
export interface NamedOptions {
  readonly name: string;
  /** Checks `with:`; throws a DomainError whose issues carry paths relative to `with`. */
  parseOptions(raw: Readonly<Record<string, Json>>): unknown;
  /** Names of the options that hold definitions of the same kind: one, or a list. */
  readonly nested?: readonly string[];
}

/** The names that a configuration may use. What is not given is not checked. */
export interface KnownNames {
  readonly registry?: PluginRegistry;
  readonly storages?: Registry<NamedOptions>;
}

/** What checking needs to know, and what it finds on its way. */
export interface Checking {
  readonly issues: Issue[];
  readonly variable: ReadVariable;
  readonly known: KnownNames;
  /** Texts with `${NAME}` as they were written, by dotted path of the value that they became. */
  readonly written: Map<string, string>;
}

/** A value as an issue shows it: JSON has neither NaN nor Infinity, and people no time for long texts. */
export function shownValue(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : value;
}

/** Whether the value is a mapping (and not a list or null). */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Path of a key below another path. */
export function below(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`;
}

/** What to say about variables that the environment does not have. */
export function missingVariables(names: readonly string[]): string {
  return `reads ${names.map((name) => `\${${name}}`).join(', ')}, which the environment does not have`;
}
