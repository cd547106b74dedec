import type { PredictionWindow } from '@retrain/core';
import type { Database } from './database.js';
import { windowSql } from './prediction-window.js';

const rowsPerChunk = 5000;

/**
 * Features of a window in its order, in chunks of at most 5000 rows; rows of another width answer another schema and
 * are left out.
 *
 * Postgres copies the arrays out in its binary format: no number goes through text. The next chunk is on its way while
 * the reader works on this one.
 */
export async function* readFeatureChunks(
  database: Database,
  window: PredictionWindow,
  width: number,
): AsyncIterable<Float32Array> {
  const bounds = Number.isFinite(window.limit)
    ? await boundsOf(database, window, width)
    : { after: window.afterSeq ?? 0, last: window.untilSeq ?? Number.MAX_SAFE_INTEGER };
  const read = async (after: number) =>
    decoded(await copied(database, { ...window, afterSeq: after, untilSeq: bounds.last }), width);
  let coming = bounds.after < bounds.last ? read(bounds.after) : undefined;
  for (let chunk = await coming; chunk; chunk = await coming) {
    coming = chunk.read === rowsPerChunk ? read(chunk.last) : undefined;
    // Whoever stops reading, or fails, leaves this promise alone; its failure is told to those who read on.
    coming?.catch(() => undefined);
    if (chunk.rows.length > 0) yield chunk.rows;
  }
}

/** The first rows of a window. Their width is looked at here: Postgres would take it for rare and read the whole table. */
function copied(database: Database, window: PredictionWindow): Promise<Buffer> {
  const { where, parameters } = windowSql({ ...window, limit: Infinity });
  const rows = `SELECT p.seq, p.features FROM predictions p WHERE ${where} ORDER BY p.seq LIMIT ${rowsPerChunk}`;
  return database.copyOut(`COPY (${rows}) TO STDOUT (FORMAT binary)`, parameters);
}

/** Where the newest rows of a window begin and end. */
async function boundsOf(
  database: Database,
  window: PredictionWindow,
  width: number,
): Promise<{ readonly after: number; readonly last: number }> {
  const { where, limit, parameters } = windowSql(window);
  const rows = `p.seq, p.features FROM predictions p WHERE ${where} AND cardinality(p.features) = ${Number(width)}`;
  const { rows: bounds } = await database.query<{ first: string | null; last: string | null }>(
    `SELECT min(seq) AS first, max(seq) AS last FROM (SELECT ${rows} ORDER BY p.seq DESC ${limit}) newest`,
    parameters,
  );
  return { after: Number(bounds[0]?.first ?? 1) - 1, last: Number(bounds[0]?.last ?? 0) };
}

interface Decoded {
  /** Row-major, of the wanted width only; NULL becomes NaN. */
  readonly rows: Float32Array;
  /** Rows of any width, and the seq of the last of them. */
  readonly read: number;
  readonly last: number;
}

/** Signature, flags, and the length of an extension that is always 0 (Postgres, "COPY", binary format). */
const fileHeader = 19;
/** Number of fields, then of each its length and bytes. */
const [fieldCount, fieldLength, bigint] = [2, 4, 8];
/** Dimensions, null flag, element type, then length and lower bound of the one dimension. */
const arrayHeader = 20;

/** Rows of (seq bigint, features real[]) as Postgres copies them out. */
function decoded(bytes: Buffer, width: number): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const features = new Float32Array(rowsPerChunk * width);
  let [at, index, read, last] = [fileHeader, 0, 0, 0];
  for (; view.getInt16(at) > 0; read++) {
    last = Number(view.getBigInt64(at + fieldCount + fieldLength));
    const field = at + fieldCount + fieldLength + bigint;
    const start = field + fieldLength;
    at = start + Math.max(0, view.getInt32(field));
    const known = at - start >= arrayHeader && view.getInt32(start) === 1 && view.getInt32(start + 12) === width;
    if (!known) continue;
    let element = start + arrayHeader;
    for (const end = index + width; index < end; index++) {
      const missing = view.getInt32(element) < 0;
      features[index] = missing ? NaN : view.getFloat32(element + 4);
      element += missing ? 4 : 8;
    }
  }
  return { rows: features.subarray(0, index), read, last };
}
