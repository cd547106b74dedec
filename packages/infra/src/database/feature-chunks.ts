import type { PredictionWindow } from '@retrain/core';
import type { Database } from './database.js';
import { windowSql } from './prediction-window.js';

const rowsPerChunk = 5000;
/** Dimensions, null flag, element type, then length and lower bound of the one dimension. */
const headerBytes = 20;

/**
 * Features of a window in its order, in chunks of at most 5000 rows; rows of another width answer another schema and
 * are left out.
 *
 * Postgres hands out the arrays in its binary format, one blob for a chunk: no number goes through text.
 */
export async function* readFeatureChunks(
  database: Database,
  window: PredictionWindow,
  width: number,
): AsyncIterable<Float32Array> {
  const bounds = Number.isFinite(window.limit)
    ? await boundsOf(database, window, width)
    : { after: window.afterSeq ?? 0, last: window.untilSeq ?? Number.MAX_SAFE_INTEGER };
  const { last } = bounds;
  let { after } = bounds;
  while (after < last) {
    const { where, parameters } = windowSql({ ...window, afterSeq: after, untilSeq: last, limit: Infinity });
    // The width is looked at last: Postgres would take it for rare and read the whole table instead of an index range.
    const { rows: chunks } = await database.query<{ bytes: Buffer | null; count: number; read: number; last: string }>(
      `SELECT string_agg(array_send(features), ''::bytea ORDER BY seq) FILTER (WHERE cardinality(features) = ${Number(width)}) AS bytes,
         count(*) FILTER (WHERE cardinality(features) = ${Number(width)})::int AS count, count(*)::int AS read, max(seq) AS last
       FROM (SELECT p.seq, p.features FROM predictions p WHERE ${where} ORDER BY p.seq LIMIT ${rowsPerChunk}) chunk`,
      parameters,
    );
    const chunk = chunks[0]!;
    if (chunk.read === 0) return;
    if (chunk.bytes) yield decodeFeatures(chunk.bytes, chunk.count, width);
    after = Number(chunk.last);
  }
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

/** Arrays of `real` in Postgres' binary format, one after the other; NULL becomes NaN. */
function decodeFeatures(bytes: Buffer, rows: number, width: number): Float32Array {
  const features = new Float32Array(rows * width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = 0;
  let index = 0;
  for (let row = 0; row < rows; row++) {
    offset += headerBytes;
    for (let column = 0; column < width; column++, index++) {
      const missing = view.getInt32(offset) < 0;
      features[index] = missing ? NaN : view.getFloat32(offset + 4);
      offset += missing ? 4 : 8;
    }
  }
  return features;
}
