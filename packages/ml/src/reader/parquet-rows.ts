import { messageOf } from '@retrain/core';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ReadRows } from './csv-rows.js';
import { UnreadableFile } from './refusals.js';

const MAGIC = 'PAR1';

/** Whether the bytes start like a Parquet file. */
export function looksLikeParquet(bytes: Uint8Array): boolean {
  return magicAt(bytes, 0);
}

/**
 * Rows of a Parquet file, in the form the text formats have: dates as `2026-01-31`, moments as ISO 8601 in UTC, whole
 * numbers as numbers (as strings beyond 2^53), missing values as null.
 */
export async function readParquet(bytes: Uint8Array): Promise<ReadRows> {
  if (!looksLikeParquet(bytes)) throw new UnreadableFile('is not a Parquet file.', 'Give it the ending of what it is.');
  if (bytes.length < 12 || !magicAt(bytes, bytes.length - MAGIC.length)) {
    throw new UnreadableFile('has no Parquet footer; it was cut off.', 'Get it again.');
  }
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const rows = await parquetReadObjects({
      file: { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) },
      compressors,
      parsers: {
        dateFromDays: (days) => momentText(days * 86_400_000)?.slice(0, 10),
        timestampFromMilliseconds: (millis) => momentText(Number(millis)),
        timestampFromMicroseconds: (micros) => momentText(Number(micros / 1000n)),
        timestampFromNanoseconds: (nanos) => momentText(Number(nanos / 1_000_000n)),
      },
    });
    for (const row of rows as Record<string, unknown>[]) {
      for (const [name, value] of Object.entries(row)) {
        if (typeof value === 'bigint') row[name] = plainNumber(value);
        else if (value === undefined) row[name] = null;
      }
    }
    return { rows: rows as Record<string, unknown>[], rejected: [] };
  } catch (error) {
    throw new UnreadableFile(`is a damaged Parquet file (${messageOf(error)}).`, 'Get it again.');
  }
}

function magicAt(bytes: Uint8Array, offset: number): boolean {
  return (
    bytes.length >= offset + MAGIC.length &&
    Buffer.from(bytes.subarray(offset, offset + 4)).toString('latin1') === MAGIC
  );
}

function momentText(millis: number): string | null {
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function plainNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
