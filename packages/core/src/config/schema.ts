import type { Json } from '../shared/json.js';

/** Which registered definitions a `{use, with}` may name. */
export type UseKind = 'trigger' | 'trainer' | 'gate' | 'notifier' | 'storage';

/** What the value of a key may be. Plain data: validation, documentation and JSON schema are all read from it. */
export type Schema =
  | NumberSchema
  | { readonly kind: 'boolean' }
  | TextSchema
  | { readonly kind: 'day' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | UseSchema
  | { readonly kind: 'list'; readonly of: Schema; readonly minItems?: number; readonly items: string }
  | { readonly kind: 'object'; readonly fields: readonly Field[] }
  | { readonly kind: 'grid' }
  | { readonly kind: 'models' };

export interface NumberSchema {
  readonly kind: 'number';
  readonly integer?: boolean;
  readonly minimum?: number;
  /** The value must be larger than this. */
  readonly above?: number;
  readonly maximum?: number;
}

export interface TextSchema {
  readonly kind: 'text';
  /** Regular expression that the whole text must match. */
  readonly pattern?: string;
  /** The rule in words, for people. */
  readonly rule: string;
}

/** Something by name with its options; `fields` are keys beside `use` and `with`. */
export interface UseSchema {
  readonly kind: 'use';
  readonly of: UseKind;
  readonly fields?: readonly Field[];
}

/** One key: its name, meaning, values and default. */
export interface Field {
  readonly key: string;
  /** One or two sentences for people, without markup; also the comment in generated files. */
  readonly doc: string;
  readonly schema: Schema;
  /** What holds when the key is not given. Undefined: the key is optional, unless `required`. */
  readonly fallback?: Json;
  readonly required?: boolean;
}

/** A key at the top of the file. */
export interface ConfigKey extends Field {
  /** Whether a `models:` entry may override it, or it belongs to the whole installation. */
  readonly scope: 'model' | 'installation';
  /** Set in the file only: it decides what code runs or who may act, so the API must not change it. */
  readonly fileOnly?: boolean;
  /** A change is stored at once and acted on after the next start. */
  readonly needsRestart?: boolean;
}

/** The values that a schema allows, in words: `a whole number from 1 to 100`. */
export function allowed(schema: Schema): string {
  switch (schema.kind) {
    case 'number':
      return `${schema.integer ? 'a whole number' : 'a number'}${range(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'text':
      return schema.rule;
    case 'day':
      return 'a day as YYYY-MM-DD';
    case 'choice':
      return schema.values.length === 1 ? `"${schema.values[0]}"` : `one of ${schema.values.join(', ')}`;
    case 'use':
      return `the name of a ${schema.of}, or {${['use: name', ...(schema.fields ?? []).map((field) => field.key), 'with: {options}'].join(', ')}}`;
    case 'list':
      return `a list of ${schema.items}${schema.minItems ? `, at least ${schema.minItems}` : ''}`;
    case 'object':
      return `a mapping of ${schema.fields.map((field) => field.key).join(', ')}`;
    case 'grid':
      return 'a mapping from options to lists of values, which are tried in every combination';
    case 'models':
      return 'a mapping from model names to their keys, at least one';
  }
}

function range({ minimum, above, maximum }: NumberSchema): string {
  if (above !== undefined) return maximum === undefined ? ` above ${above}` : ` above ${above} and up to ${maximum}`;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` up to ${maximum}`;
}
