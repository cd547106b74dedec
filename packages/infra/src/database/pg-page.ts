import { cursorOf, positionOf, type Page, type PageRequest } from '@retrain/core';
import type { EntitySchema } from 'typeorm';
import type { Database, Row } from './database.js';

interface List<T> {
  readonly schema: EntitySchema<T>;
  readonly table: string;
  /** Column that grows with every row: the order of the list. */
  readonly by: string;
  /** Condition with `$1`, `$2` … for the parameters. */
  readonly where: string;
  readonly parameters: readonly unknown[];
}

/** One page of a table, newest first. */
export async function pgPage<T>(database: Database, list: List<T>, request: PageRequest): Promise<Page<T>> {
  const { schema, table, by, where } = list;
  const before = positionOf(request.cursor);
  const parameters = [...list.parameters, request.limit + 1, ...(before === undefined ? [] : [before])];
  const limit = list.parameters.length + 1;
  const older = before === undefined ? '' : `AND ${by} < $${limit + 1}`;
  const { rows } = await database.query<Row>(
    `SELECT * FROM ${table} WHERE ${where} ${older} ORDER BY ${by} DESC LIMIT $${limit}`,
    parameters,
  );
  const items = rows.slice(0, request.limit);
  const last = items.at(-1);
  return {
    items: database.hydrate(schema, items),
    ...(rows.length > items.length && last ? { nextCursor: cursorOf(Number(last[by])) } : {}),
  };
}
