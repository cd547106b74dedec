import type { Json, JsonObject } from '../shared/json.js';
import { configKeys } from './keys.js';
import { allowed, type ConfigKey } from './schema.js';

const width = 116;

const heading = [
  'Configuration of retrain. A change of this file reaches every running process without a restart; an invalid one is',
  'refused with every problem, and the configuration in force stays. Paths are relative to the project.',
  'Values from the environment are written ${NAME}: in paths, and in the options of notifications.',
];

/**
 * A configuration file with every key, its meaning, its allowed values and its default as comments.
 *
 * Flat keys are written out; sections and optional keys are commented out unless `values` gives them. `notes` are extra
 * comment lines by key.
 */
export function renderConfig(values: JsonObject = {}, notes: Readonly<Record<string, string>> = {}): string {
  return `${heading.map(comment).join('\n')}\n${configKeys.map((key) => renderKey(key, values[key.key], notes[key.key])).join('')}`;
}

function renderKey(key: ConfigKey, given: Json | undefined, note: string | undefined): string {
  const value = given ?? defaultOf(key) ?? key.fallback;
  const lines = emit({ [key.key]: value ?? '' }, '');
  const active = given !== undefined || isFlat(key);
  return [
    '',
    ...wrap(key.doc),
    ...wrap(`Allowed: ${allowed(key.schema)}.${isFlat(key) ? ` Default: ${scalar(key.fallback!)}` : ''}`),
    ...(note ? wrap(note) : []),
    ...(active ? lines : lines.map((line) => `# ${line}`)),
    '',
  ].join('\n');
}

/** Whether the key has one plain value that always holds. */
function isFlat({ schema, fallback }: ConfigKey): boolean {
  return ['number', 'boolean', 'text', 'day', 'choice'].includes(schema.kind) && fallback !== undefined;
}

/** The default of a section is made of the defaults of its fields. */
function defaultOf({ schema }: ConfigKey): Json | undefined {
  if (schema.kind !== 'object') return undefined;
  return Object.fromEntries(schema.fields.map((field) => [field.key, field.fallback ?? null]));
}

function emit(value: Json, indent: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: Json) => {
      const [first = '', ...rest] = isNested(item) ? emit(item, `${indent}  `) : [scalar(item)];
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value as JsonObject).flatMap(([key, inner]) =>
    isNested(inner)
      ? [`${indent}${key}:`, ...emit(inner, `${indent}  `)]
      : [`${indent}${key}: ${scalar(inner)}`.trimEnd()],
  );
}

function isNested(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Plain where YAML reads it back as the same text, quoted elsewhere. */
function scalar(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[A-Za-z0-9_./][A-Za-z0-9_./:-]*$|^$/.test(value) &&
    !/^(true|false|null|[\d.+-][\d.eExXoO_+-]*)$|:$/i.test(value)
    ? value
    : /^\d{4}-\d{2}-\d{2}$/.test(value)
      ? value
      : JSON.stringify(value);
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width - 2) {
      lines.push(comment(line));
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, comment(line)];
}

function comment(line: string): string {
  return `# ${line}`;
}
