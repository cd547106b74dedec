import { RowReader, type RawRows } from '@retrain/core';
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { readCsv, type ReadRows } from './csv-rows.js';
import { readJson } from './json-rows.js';
import { looksLikeParquet, readParquet } from './parquet-rows.js';
import { EmptyFile, refusalOf, UnreadableFile } from './refusals.js';

/** Reads CSV, Parquet, JSON and NDJSON files from disk, whole. */
export class FileRowReader extends RowReader {
  override async read(path: string): Promise<RawRows> {
    try {
      const bytes = await readFile(path);
      if (bytes.length === 0) throw new EmptyFile('is empty.');
      const { rows, rejected } = await readRows(bytes, extname(path).toLowerCase());
      refuseWithoutRows({ rows, rejected });
      return { rows, rejected, sha256: createHash('sha256').update(bytes).digest('hex') };
    } catch (error) {
      throw refusalOf(error, path);
    }
  }
}

async function readRows(bytes: Buffer, extension: string): Promise<ReadRows> {
  if (extension === '.parquet' || extension === '.pq' || looksLikeParquet(bytes)) return readParquet(bytes);
  const text = decode(bytes);
  const json = ['.json', '.ndjson', '.jsonl'].includes(extension);
  const csv = ['.csv', '.tsv', '.txt'].includes(extension);
  return json || (!csv && /^\s*[[{]/.test(text)) ? readJson(text) : readCsv(text);
}

function decode(bytes: Buffer): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new UnreadableFile('is compressed with gzip.', 'Unpack it.');
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw new UnreadableFile('is a ZIP archive or a spreadsheet.', 'Unpack it, or save the sheet as CSV.');
  }
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  if (!isUtf8(bytes)) throw new UnreadableFile('is not UTF-8 text.', 'Save it as UTF-8.');
  if (bytes.includes(0)) throw new UnreadableFile('holds zero bytes: it is not text.', 'Give CSV, Parquet or JSON.');
  return bytes.toString('utf8', start);
}

function refuseWithoutRows({ rows, rejected }: ReadRows): void {
  if (rows.length > 0) return;
  const [first] = rejected;
  if (!first) throw new EmptyFile('holds no row.');
  throw new UnreadableFile(
    `holds no usable row; row ${first.row} ${first.reason}.`,
    'Check that its format fits its ending and its separator is a comma, semicolon or tab.',
  );
}
