import { didYouMean } from '../shared/did-you-mean.js';
import type { Json } from '../shared/json.js';
import { checkGrid, checkGridded } from './check-grid.js';
import { checkDefinition } from './check-use.js';
import { below, isMapping, missingVariables, shownValue, type Checking } from './checking.js';
import { hasReference, resolveReferences } from './environment-references.js';
import type { Grid } from './grid.js';
import { allowed, type Field, type NumberSchema, type Schema, type TextSchema, type UseSchema } from './schema.js';

/** Checks a value against its schema; answers the completed value, or undefined after noting every problem. */
export function checkValue(schema: Schema, raw: unknown, path: string, checking: Checking, base?: Json): unknown {
  const refuse = (message = `must be ${allowed(schema)}`): undefined => {
    checking.issues.push({ path, message, given: shownValue(raw) });
    return undefined;
  };
  if (raw === null) return refuse(`is empty; it must be ${allowed(schema)}, or be left out for its default`);
  if (schema.kind !== 'text' && typeof raw === 'string' && hasReference(raw)) {
    return refuse('cannot be read from the environment; only paths and the options of notifications and storage can');
  }
  switch (schema.kind) {
    case 'number':
      if (typeof raw === 'string' && raw.trim() !== '' && Number.isFinite(Number(raw))) {
        return refuse(`must be ${allowed(schema)}, written without quotes`);
      }
      return isWithin(schema, raw) ? raw : refuse();
    case 'boolean':
      return typeof raw === 'boolean' ? raw : refuse();
    case 'text':
      return checkText(schema, raw, path, checking);
    case 'day':
      return typeof raw === 'string' && isDay(raw) ? raw : refuse();
    case 'choice': {
      if (typeof raw === 'string' && schema.values.includes(raw)) return raw;
      const near = typeof raw === 'string' ? didYouMean(raw, schema.values) : undefined;
      return refuse(near ? `is not known; did you mean "${near}"?` : undefined);
    }
    case 'use':
      if (typeof raw === 'string') return checkUse(schema, { use: raw }, path, checking);
      return isMapping(raw) ? checkUse(schema, raw, path, checking) : refuse();
    case 'list':
      if (!Array.isArray(raw) || raw.length < (schema.minItems ?? 0)) return refuse();
      return raw.map((item, index) => checkValue(schema.of, item, below(path, index), checking));
    case 'object':
      return isMapping(raw) ? checkFields(schema.fields, raw, path, checking, base) : refuse();
    case 'grid':
      return checkGrid(schema, raw, path, checking);
    case 'models':
      return isMapping(raw) && Object.keys(raw).length > 0 ? raw : refuse();
  }
}

/**
 * Checks a mapping field by field; unknown keys are refused with the nearest known one. Missing fields take their value
 * from `base` when it has one, else their default.
 */
export function checkFields(
  fields: readonly Field[],
  raw: Readonly<Record<string, unknown>>,
  path: string,
  checking: Checking,
  base?: Json,
  strangers: (key: string) => string | undefined = () => undefined,
): Record<string, unknown> {
  const names = fields.map((field) => field.key);
  for (const [key, value] of Object.entries(raw)) {
    if (names.includes(key)) continue;
    const near = didYouMean(key, names);
    const hint = near ? `did you mean "${near}"?` : `known keys: ${names.join(', ')}`;
    checking.issues.push({
      path: below(path, key),
      message: strangers(key) ?? `is not a known key; ${hint}`,
      given: shownValue(value),
    });
  }
  const entries = fields.flatMap((field): [string, unknown][] => {
    const value = checkField(field, raw[field.key], below(path, field.key), checking, base);
    return value === undefined ? [] : [[field.key, value]];
  });
  return Object.fromEntries(entries);
}

function checkField(field: Field, given: unknown, path: string, checking: Checking, base: Json | undefined): unknown {
  const inherited = isMapping(base) ? (base as Record<string, Json>)[field.key] : undefined;
  const optional = field.fallback === undefined && !field.required;
  if (given === undefined || (optional && given === null)) {
    if (inherited !== undefined) return inherited;
    if (field.required) checking.issues.push({ path, message: `is required: ${allowed(field.schema)}` });
    return field.fallback === undefined ? undefined : checkValue(field.schema, field.fallback, path, checking);
  }
  return checkValue(field.schema, given, path, checking, inherited);
}

function checkUse(
  schema: UseSchema,
  raw: Readonly<Record<string, unknown>>,
  path: string,
  checking: Checking,
): Record<string, unknown> {
  const { use, with: given, ...others } = raw;
  const fields = checkFields(schema.fields ?? [], others, path, checking, undefined);
  const grid = fields['grid'] as Grid | undefined;
  const definition = { use, with: given };
  const checked =
    grid && Object.keys(grid).length > 0
      ? checkGridded(schema, definition, grid, path, checking)
      : checkDefinition(schema.of, definition, path, checking);
  return { ...checked, ...fields };
}

function checkText(schema: TextSchema, raw: unknown, path: string, checking: Checking): string | undefined {
  const refuse = (message: string): undefined => {
    checking.issues.push({ path, message, given: shownValue(raw) });
    return undefined;
  };
  if (typeof raw !== 'string') return refuse(`must be ${schema.rule}`);
  const { text, missing } = resolveReferences(raw, checking.variable);
  if (missing.length > 0) return refuse(missingVariables(missing));
  if (text.trim() === '' || text.includes('\0')) return refuse(`must be ${schema.rule}`);
  if (schema.pattern && !new RegExp(`^(?:${schema.pattern})$`, 's').test(text)) return refuse(`must be ${schema.rule}`);
  if (text !== raw) checking.written.set(path, raw);
  return text;
}

function isWithin({ integer, minimum, above, maximum }: NumberSchema, value: unknown): value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (integer && !Number.isSafeInteger(value)) return false;
  if (minimum !== undefined && value < minimum) return false;
  if (above !== undefined && value <= above) return false;
  return maximum === undefined || value <= maximum;
}

/** Whether the text is a day of the calendar as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
