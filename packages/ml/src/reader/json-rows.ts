import { messageOf, type RejectedRow } from '@retrain/core';
import type { ReadRows } from './csv-rows.js';
import { EmptyFile, UnreadableFile } from './refusals.js';

const ADVICE = 'Give an array of objects, or one object per line.';

/** Rows of a JSON array of objects, or of one JSON object per line (NDJSON). */
export function readJson(text: string): ReadRows {
  if (text.trim() === '') throw new EmptyFile('holds only white space.');
  return text.trimStart().startsWith('[') ? readArray(text) : readLines(text);
}

function readArray(text: string): ReadRows {
  let values: unknown[];
  try {
    values = JSON.parse(text) as unknown[];
  } catch (error) {
    throw new UnreadableFile(`is not valid JSON (${messageOf(error)}); it may be cut off.`, ADVICE);
  }
  const rows: Record<string, unknown>[] = [];
  const rejected: RejectedRow[] = [];
  values.forEach((value, index) => {
    if (isObject(value)) rows.push(value);
    else rejected.push({ row: index + 1, reason: 'is not a JSON object' });
  });
  return { rows, rejected };
}

function readLines(text: string): ReadRows {
  const rows: Record<string, unknown>[] = [];
  const rejected: RejectedRow[] = [];
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    try {
      const value: unknown = JSON.parse(line);
      if (isObject(value)) rows.push(value);
      else rejected.push({ row: index + 1, reason: 'is not a JSON object' });
    } catch {
      // Every complete file ends its last line or at least its last object.
      if (index === lines.length - 1 && rows.length > 0)
        throw new UnreadableFile('ends inside its last line; it was cut off.', 'Get it again.');
      rejected.push({ row: index + 1, reason: 'is not valid JSON' });
    }
  });
  return { rows, rejected };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
