import type { Json } from '../shared/json.js';

/** A value as one line of text: numbers to five digits, nothing as nothing. */
export function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `data_hash` as "Data hash". */
export function titled(key: string): string {
  const text = key.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
