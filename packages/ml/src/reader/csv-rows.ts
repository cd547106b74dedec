import type { RejectedRow } from '@retrain/core';
import { CsvError, parse } from 'csv-parse/sync';
import { EmptyFile, UnreadableFile } from './refusals.js';

/** Rows of a file, and those that made no sense. */
export interface ReadRows {
  readonly rows: Record<string, unknown>[];
  readonly rejected: RejectedRow[];
}

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Rows of UTF-8 CSV with a header line; every value is a string, empty where the field is.
 *
 * The separator (comma, semicolon or tab) is the one that the header uses most. Blank lines are skipped, empty fields
 * after the last column are ignored (spreadsheets leave them), other lines of a wrong length are rejected.
 */
export function readCsv(text: string): ReadRows {
  const records = parseRecords(text);
  const first = records[0];
  if (first === undefined) throw new EmptyFile('holds no line.');
  const names = headerNames(first.record);
  const rows: Record<string, unknown>[] = [];
  const rejected: RejectedRow[] = [];
  for (let index = 1; index < records.length; index++) {
    const { record, info } = records[index]!;
    const fields = effectiveLength(record, names.length);
    if (fields === 0) continue;
    if (fields !== names.length) {
      rejected.push({ row: info.lines, reason: `has ${fields} fields, the header has ${names.length}` });
      continue;
    }
    const row: Record<string, unknown> = {};
    for (let column = 0; column < names.length; column++) row[names[column]!] = record[column];
    rows.push(row);
  }
  return { rows, rejected };
}

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parseRecords(text: string): ParsedRecord[] {
  try {
    return parse(text, {
      delimiter: delimiterOf(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      info: true,
      relax_column_count: true,
      // A quote in the middle of a field (5" pipe) is part of it.
      relax_quotes: true,
      skip_empty_lines: true,
    }) as unknown as ParsedRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const problem =
      error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'ends inside a quoted field' : `is not valid CSV (${error.message})`;
    throw new UnreadableFile(`${problem}.`, 'It was cut off or a quote is missing: get it again.');
  }
}

/** Fields of a record without the empty ones beyond the last column; 0 for a line of nothing but separators. */
function effectiveLength(record: readonly string[], columns: number): number {
  let length = record.length;
  while (length > columns && record[length - 1] === '') length--;
  return record.every((field) => field === '') ? 0 : length;
}

function delimiterOf(text: string): string {
  const counts = new Map<string, number>();
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return DELIMITERS.reduce<string>(
    (best, next) => ((counts.get(next) ?? 0) > (counts.get(best) ?? 0) ? next : best),
    ',',
  );
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const DATE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/;

function headerNames(record: readonly string[]): string[] {
  const names = record.map((name) => name.trim());
  while (names.length > 0 && names.at(-1) === '') names.pop();
  if (names.length === 0) throw new EmptyFile('has an empty first line.');
  const problem = headerProblem(names);
  if (problem) {
    throw new UnreadableFile(`has no usable header: ${problem}.`, 'Its first line must name every column once.');
  }
  return names;
}

function headerProblem(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === '') return `column ${index + 1} of the first line has no name`;
    if (name === '__proto__') return `a column cannot be called ${name}`;
    if (NUMBER.test(name) || DATE.test(name)) return `the first line holds "${name}", which is data`;
    if (seen.has(name)) return `the first line holds "${name}" twice`;
    seen.add(name);
  }
  return undefined;
}
