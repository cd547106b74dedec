import pg from 'pg';

/** Arrays of `real` and of `double precision`. */
const arraysOfNumbers: ReadonlySet<number> = new Set([1021, 1022]);

type Parser = (text: string) => unknown;
type Format = 'text' | 'binary';

const own = pg.types.getTypeParser as unknown as (oid: number, format?: Format) => Parser;

/** How the driver reads values: arrays of numbers quickly (a check reads thousands of them), everything else as it does itself. */
export const typeParsers = {
  getTypeParser: (oid: number, format?: Format): Parser =>
    arraysOfNumbers.has(oid) && format !== 'binary' ? parseNumbers : own(oid, format),
};

/** Numbers of a one-dimensional array as Postgres writes it, `{0.5,NULL,-Infinity}`; NULL becomes null. */
export function parseNumbers(text: string): (number | null)[] {
  const inside = text.slice(1, -1);
  // Of all that Postgres writes into arrays of numbers only NULL, NaN and Infinity have one of these letters.
  if (!/[NI]/.test(inside)) return JSON.parse(`[${inside}]`) as number[];
  return inside.split(',').map((number) => (number === 'NULL' ? null : Number(number)));
}
