import { invalid } from './errors.js';

/** Cursor of a list whose rows are numbered by arrival and read newest first: opaque to clients. */
export function cursorOf(position: number): string {
  return Buffer.from(`p${position}`).toString('base64url');
}

/** The position a cursor stands for, undefined without a cursor; throws `invalid_cursor` for anything we did not hand out. */
export function positionOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const [, digits] = /^p(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (digits === undefined) {
    throw invalid('invalid_cursor', `"${cursor}" is not a cursor of this list; pass next_cursor of the page before.`);
  }
  return Number(digits);
}
