import fc from 'fast-check';
import pg from 'pg';
import { parseNumbers, typeParsers } from './number-arrays.js';

const oidOfReals = 1021;
const drivers = (oid: number) => pg.types.getTypeParser(oid as 16, 'text') as (text: string) => unknown;
const written = (numbers: readonly (number | null)[]) => `{${numbers.map((value) => value ?? 'NULL').join(',')}}`;

describe('arrays of numbers from Postgres', () => {
  it('read as the driver reads them, whatever is in them', () => {
    const number = fc.oneof(fc.float(), fc.double(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(number, { maxLength: 40 }), (numbers) => {
        const known = drivers(oidOfReals)(written(numbers));
        expect(parseNumbers(written(numbers))).toEqual(known);
      }),
    );
  });

  it('are the only values that are read in another way than the driver’s', () => {
    expect(typeParsers.getTypeParser(oidOfReals, 'text')('{1,NULL}')).toEqual([1, null]);
    for (const oid of [20, 114, 1184, 3802]) {
      expect(typeParsers.getTypeParser(oid, 'text')).toBe(drivers(oid));
    }
  });
});
