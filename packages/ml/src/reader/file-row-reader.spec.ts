import type { DomainError } from '@retrain/core';
import fc from 'fast-check';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FileRowReader } from './file-row-reader.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rows-'));
});
afterAll(() => rm(folder, { recursive: true }));

const reader = new FileRowReader();

async function read(name: string, content: string | Uint8Array) {
  const path = join(folder, name);
  await writeFile(path, content);
  return reader.read(path);
}

async function refusal(name: string, content: string | Uint8Array): Promise<DomainError> {
  const outcome = await read(name, content).then(
    () => undefined,
    (error: DomainError) => error,
  );
  expect(outcome).toMatchObject({
    name: 'DomainError',
    message: expect.stringContaining(join(folder, name)) as string,
  });
  return outcome!;
}

function parquet(columns: Parameters<typeof parquetWrite>[0]['columnData']): Uint8Array {
  const writer = new ByteWriter();
  void parquetWrite({ writer, columnData: columns });
  return new Uint8Array(writer.getBuffer());
}

describe('reading CSV', () => {
  it('gives one row per line, values as text, and the hash of the bytes', async () => {
    const content = 'date,home,goals\n2020-01-01,Leeds,2\n2020-01-02,"Brighton, and Hove",\n';
    expect(await read('plain.csv', content)).toEqual({
      rows: [
        { date: '2020-01-01', home: 'Leeds', goals: '2' },
        { date: '2020-01-02', home: 'Brighton, and Hove', goals: '' },
      ],
      rejected: [],
      sha256: createHash('sha256').update(content).digest('hex'),
    });
  });

  it.each([
    ['a byte order mark', '\uFEFFa,b\n1,2\n'],
    ['semicolons', 'a;b\n1;2\n'],
    ['tabs', 'a\tb\n1\t2\n'],
    ['Windows line ends', 'a,b\r\n1,2\r\n'],
    ['mixed line ends', 'a,b\r\n1,2\n'],
    ['no last line end', 'a,b\n1,2'],
    ['blank lines', 'a,b\n\n1,2\n\n\n'],
    ['spaces around names', ' a , b\n1,2\n'],
    ['a quoted header', '"a","b"\n1,2\n'],
    ['empty columns at the end, as spreadsheets leave them', 'a,b,,\n1,2,,\n,,,\n'],
  ])('understands %s', async (_, content) => {
    expect(await read('variant.csv', content)).toMatchObject({ rows: [{ a: '1', b: '2' }], rejected: [] });
  });

  it('counts separators of the header only outside quotes', async () => {
    const { rows } = await read('quoted.csv', '"a,x,y,z";b\n1;2\n');
    expect(rows).toEqual([{ 'a,x,y,z': '1', b: '2' }]);
  });

  it('rejects lines of a wrong length, with line and reason, and keeps the others', async () => {
    const { rows, rejected } = await read('lines.csv', 'a,b\n1,2\n3\n4,5,6\n"two\nlines",7\n8\n');
    expect(rows).toEqual([
      { a: '1', b: '2' },
      { a: 'two\nlines', b: '7' },
    ]);
    expect(rejected).toEqual([
      { row: 3, reason: 'has 1 fields, the header has 2' },
      { row: 4, reason: 'has 3 fields, the header has 2' },
      { row: 7, reason: 'has 1 fields, the header has 2' },
    ]);
  });

  it('takes a quote in the middle of a field as it is', async () => {
    const { rows } = await read('inches.csv', 'a,b\n5" pipe,1\n"6" pipe,2\n');
    expect(rows).toEqual([
      { a: '5" pipe', b: '1' },
      { a: '"6" pipe', b: '2' },
    ]);
  });

  it('reads back whatever was written, quotes, separators, line ends and all scripts', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((value) => !value.includes('\0'));
    const value = fc.oneof(
      text,
      fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', 'é', '日', '😀', ' ') }),
    );
    const names = fc.uniqueArray(
      text.map((name) => `n_${name}`.trim()),
      { minLength: 1, maxLength: 5 },
    );
    const table = names.chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        lines: fc.array(fc.array(value, { minLength: columns.length, maxLength: columns.length }), {
          minLength: 1,
          maxLength: 6,
        }),
        separator: fc.constantFrom(',', ';', '\t'),
        end: fc.constantFrom('\n', '\r\n'),
        mark: fc.constantFrom('', '\uFEFF'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, lines, separator, end, mark }) => {
        const quote = (field: string) => `"${field.replaceAll('"', '""')}"`;
        const content = [columns, ...lines].map((fields) => fields.map(quote).join(separator)).join(end);
        const kept = lines.filter((fields) => fields.some((field) => field !== ''));
        fc.pre(kept.length > 0);
        const { rows, rejected } = await read('property.csv', mark + content + end);
        expect(rejected).toEqual([]);
        expect(rows).toEqual(kept.map((fields) => Object.fromEntries(columns.map((name, i) => [name, fields[i]]))));
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

describe('reading JSON', () => {
  it('reads an array of objects, and one object per line', async () => {
    const rows = [{ a: 1, b: 'x' }, { a: null }];
    expect((await read('array.json', JSON.stringify(rows))).rows).toEqual(rows);
    for (const name of ['lines.ndjson', 'lines.jsonl', 'lines.json']) {
      expect((await read(name, rows.map((row) => JSON.stringify(row)).join('\r\n') + '\n')).rows).toEqual(rows);
    }
  });

  it('rejects what is not an object, and lines that are not JSON', async () => {
    expect((await read('mixed.json', '[{"a":1},2,[3]]')).rejected).toEqual([
      { row: 2, reason: 'is not a JSON object' },
      { row: 3, reason: 'is not a JSON object' },
    ]);
    expect((await read('mixed.ndjson', '{"a":1}\n{"a":\n7\n{"a":2}\n')).rejected).toEqual([
      { row: 2, reason: 'is not valid JSON' },
      { row: 3, reason: 'is not a JSON object' },
    ]);
  });
});

describe('reading Parquet', () => {
  const file = () =>
    parquet([
      { name: 'home', data: ['Leeds', 'Brighton'], type: 'STRING' },
      { name: 'goals', data: [2, undefined], type: 'INT32' },
      { name: 'id', data: [7n, 2n ** 60n], type: 'INT64' },
      { name: 'odds', data: [1.25, NaN], type: 'DOUBLE' },
      { name: 'played', data: [new Date('2020-05-06T18:30:00Z'), undefined], type: 'TIMESTAMP' },
    ]);

  it('gives rows like those of the text formats: moments as text, missing as null', async () => {
    expect((await read('matches.parquet', file())).rows).toEqual([
      { home: 'Leeds', goals: 2, id: 7, odds: 1.25, played: '2020-05-06T18:30:00.000Z' },
      { home: 'Brighton', goals: null, id: String(2n ** 60n), odds: NaN, played: null },
    ]);
  });

  it('reads days as days, and compressed columns', async () => {
    const writer = new ByteWriter();
    void parquetWrite({
      writer,
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
      ],
      columnData: [{ name: 'day', data: Int32Array.of(0, 18_262) }],
      codec: 'GZIP',
      compressors: { GZIP: (bytes) => gzipSync(bytes) },
    });
    const { rows } = await read('days.parquet', new Uint8Array(writer.getBuffer()));
    expect(rows).toEqual([{ day: '1970-01-01' }, { day: '2020-01-01' }]);
  });

  it('knows the format by content too', async () => {
    expect((await read('matches.data', file())).rows).toHaveLength(2);
    expect((await read('rows.data', '[{"a":1}]')).rows).toEqual([{ a: 1 }]);
    expect((await read('table.data', 'a,b\n1,2\n')).rows).toEqual([{ a: '1', b: '2' }]);
  });

  it('refuses a file that was cut off, damaged or is something else', async () => {
    const bytes = file();
    expect(await refusal('cut.parquet', bytes.subarray(0, bytes.length - 20))).toMatchObject({
      code: 'data_file_unreadable',
      message: expect.stringContaining('cut off') as string,
    });
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0xff, bytes.length - 60, bytes.length - 8);
    expect((await refusal('damaged.parquet', damaged)).code).toBe('data_file_unreadable');
    expect((await refusal('text.parquet', 'a,b\n1,2\n')).message).toContain('not a Parquet file');
  });
});

describe('files that are refused as a whole', () => {
  it('names a missing file', async () => {
    const path = join(folder, 'absent.csv');
    await expect(reader.read(path)).rejects.toMatchObject({
      kind: 'unprocessable',
      code: 'data_file_missing',
      message: `${path} does not exist. Correct the path or put the file there.`,
    });
  });

  it('names a folder', async () => {
    await expect(reader.read(folder)).rejects.toMatchObject({ code: 'data_file_unreadable' });
  });

  it.each<[string, string, string | Uint8Array]>([
    ['an empty file', 'empty.csv', ''],
    ['white space', 'blank.csv', ' \n\n'],
    ['only a byte order mark', 'mark.csv', '\uFEFF'],
    ['a header without rows', 'header.csv', 'a,b\n'],
    ['an empty JSON array', 'array.json', '[]'],
    ['white space as JSON', 'blank.json', '\n'],
    ['a Parquet file without rows', 'none.parquet', parquet([{ name: 'a', data: [], type: 'INT32' }])],
  ])('%s is empty', async (_, name, content) => {
    expect((await refusal(name, content)).code).toBe('data_file_empty');
  });

  it.each<[string, string, string, string | Uint8Array]>([
    ['a quote that never closes', 'quote.csv', 'ends inside a quoted field', 'a,b\n1,2\n3,"4\n5,6\n'],
    ['no header but numbers', 'data.csv', '"3", which is data', 'Leeds,3\nBrighton,1\n'],
    ['no header but dates', 'dates.csv', '"2020-01-01", which is data', '2020-01-01,Leeds\n'],
    ['a name twice', 'twice.csv', '"a" twice', 'a,b,a\n1,2,3\n'],
    ['a column without name', 'nameless.csv', 'column 2', 'a,,c\n1,2,3\n'],
    ['Latin-1 text', 'latin.csv', 'not UTF-8', Buffer.from('a,b\nMünchen,1\n', 'latin1')],
    ['UTF-16 text', 'utf16.csv', 'not UTF-8', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')],
    ['zero bytes', 'zeros.csv', 'zero bytes', new Uint8Array(64)],
    ['gzip', 'packed.csv', 'gzip', Uint8Array.of(0x1f, 0x8b, 8, 0)],
    ['a spreadsheet', 'sheet.csv', 'spreadsheet', Uint8Array.of(0x50, 0x4b, 3, 4)],
    ['only broken lines', 'broken.csv', 'no usable row; row 2 has 1 fields', 'a,b\n1\n2\n'],
    ['JSON cut off', 'cut.json', 'may be cut off', '[{"a":1},{"a":'],
    ['NDJSON cut off', 'cut.ndjson', 'ends inside its last line', '{"a":1}\n{"a":'],
    ['CSV called JSON', 'csv.json', 'no usable row', 'a,b\n1,2\n'],
  ])('%s', async (_, name, reason, content) => {
    const error = await refusal(name, content);
    expect(error.code).toBe('data_file_unreadable');
    expect(error.message).toContain(reason);
  });

  it('never fails in another way, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 80 }),
        fc.constantFrom('x.csv', 'x.json', 'x.parquet', 'x'),
        async (bytes, name) => {
          const path = join(folder, `rubbish-${name}`);
          await writeFile(path, bytes);
          const outcome = await reader.read(path).catch((error: DomainError) => error.code);
          if (typeof outcome === 'string') expect(['data_file_empty', 'data_file_unreadable']).toContain(outcome);
          else expect(outcome.rows.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300, seed: 9 },
    );
  });
});
