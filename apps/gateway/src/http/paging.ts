import type { Page, PageRequest } from '@retrain/core';

/** Query parameters of a paged list. */
export const pageProperties = {
  limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
  cursor: { type: 'string', minLength: 1 },
} as const;

export const pageQuery = { type: 'object', additionalProperties: false, properties: pageProperties } as const;

export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

export const pageRequest = ({ limit = 50, cursor }: PageQuery): PageRequest => ({ limit, cursor });

/** A page on the wire: `{items, next_cursor}`. */
export function pageView<T, V>(page: Page<T>, view: (item: T) => V) {
  return { items: page.items.map(view), next_cursor: page.nextCursor ?? null };
}
