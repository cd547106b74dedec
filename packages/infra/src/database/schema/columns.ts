import type { EntitySchemaColumnOptions } from 'typeorm';

/** Postgres hands out 64-bit integers as text; ours stay below 2^53. */
const number = {
  to: (value: unknown) => value,
  from: (value: unknown) => (typeof value === 'string' ? Number(value) : value),
};

type Column = EntitySchemaColumnOptions;

/** NULL in the row, absent in the object. */
export const optional = (column: Column): Column => ({ ...column, nullable: true });

export const primary = (column: Column): Column => ({ ...column, primary: true });

/** Never part of the object. */
export const hidden = (column: Column): Column => ({ ...column, select: false });

/** Numbered by the database. */
export const numbered = (column: Column): Column => ({ ...column, generated: 'increment' });

export const text = (name: string): Column => ({ name, type: 'text' });
export const texts = (name: string): Column => ({ name, type: 'text', array: true });
export const uuid = (name: string): Column => ({ name, type: 'uuid' });
export const boolean = (name: string): Column => ({ name, type: 'boolean' });
export const integer = (name: string): Column => ({ name, type: 'integer' });
export const bigint = (name: string): Column => ({ name, type: 'bigint', transformer: number });
export const float8 = (name: string): Column => ({ name, type: 'double precision' });
export const jsonb = (name: string): Column => ({ name, type: 'jsonb' });

/** An instant, exact to the millisecond as JavaScript's own. */
export const instant = (name: string): Column => ({ name, type: 'timestamp with time zone', precision: 3 });

export const instants = (name: string): Column => ({ name, type: 'timestamp with time zone', array: true });

/** A JSON object some of whose fields are instants. */
export const jsonbWithInstants = (name: string, fields: readonly string[]): Column => ({
  name,
  type: 'jsonb',
  transformer: {
    to: (value: unknown) => value,
    from: (value: Readonly<Record<string, unknown>> | null) => {
      if (!value) return value;
      const revived = fields.flatMap((field) => (value[field] ? [[field, new Date(String(value[field]))]] : []));
      return { ...value, ...Object.fromEntries(revived) };
    },
  },
});
