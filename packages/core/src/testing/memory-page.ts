import { cursorOf, positionOf } from '../shared/cursor.js';
import type { Page, PageRequest } from '../shared/page.js';

/** One page, newest first, of rows that ascend by position. */
export function pageOf<R extends { readonly position: number }, T>(
  rows: readonly R[],
  request: PageRequest,
  itemOf: (row: R) => T,
): Page<T> {
  const before = positionOf(request.cursor) ?? Infinity;
  const older = rows.filter((row) => row.position < before).sort((a, b) => b.position - a.position);
  const items = older.slice(0, request.limit);
  const last = items.at(-1);
  return {
    items: items.map(itemOf),
    ...(older.length > items.length && last ? { nextCursor: cursorOf(last.position) } : {}),
  };
}
