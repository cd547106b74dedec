import { invalid } from './errors.js';
import { canonicalJson } from './canonical-json.js';
import type { JsonObject } from './json.js';

/** Numbers that are packed as they are in memory, little-endian. */
export type PackedArray = Float32Array | Float64Array;

/** A header and named columns of numbers, as one block of bytes. */
export interface Packed {
  readonly header: JsonObject;
  readonly arrays: Readonly<Record<string, PackedArray>>;
}

interface Layout {
  readonly header: JsonObject;
  readonly arrays: readonly { readonly name: string; readonly kind: 'f32' | 'f64'; readonly length: number }[];
}

const MAGIC = 'RTPK0001';
const PREFIX = MAGIC.length + 4;

/**
 * Bytes of a header and columns: magic, length of the JSON part (uint32, little-endian), JSON, then every column aligned
 * to 8 bytes in order of name. Equal input gives equal bytes.
 */
export function pack({ header, arrays }: Packed): Uint8Array {
  const columns = Object.entries(arrays).sort(([a], [b]) => (a < b ? -1 : 1));
  const layout: Layout = {
    header,
    arrays: columns.map(([name, values]) => ({
      name,
      kind: values instanceof Float32Array ? 'f32' : 'f64',
      length: values.length,
    })),
  };
  const json = Buffer.from(canonicalJson(layout), 'utf8');
  const size = columns.reduce((at, [, values]) => aligned(at) + values.byteLength, PREFIX + json.length);
  const bytes = Buffer.alloc(size);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(json.length, MAGIC.length);
  json.copy(bytes, PREFIX);
  let at = PREFIX + json.length;
  for (const [, values] of columns) {
    at = aligned(at);
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** The inverse of `pack`. Throws `invalid_packed` for bytes that are none, or not whole. */
export function unpack(bytes: Uint8Array): Packed {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < PREFIX || view.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw invalid('invalid_packed', 'These bytes are not packed columns.');
  }
  const end = PREFIX + view.readUInt32LE(MAGIC.length);
  if (end > view.length) throw invalid('invalid_packed', 'The packed columns are cut off.');
  const layout = JSON.parse(view.toString('utf8', PREFIX, end)) as Layout;
  const arrays: Record<string, PackedArray> = {};
  let at = end;
  for (const { name, kind, length } of layout.arrays) {
    at = aligned(at);
    const size = length * (kind === 'f32' ? 4 : 8);
    if (at + size > view.length) throw invalid('invalid_packed', `Column "${name}" is cut off.`);
    const copy = new ArrayBuffer(size);
    new Uint8Array(copy).set(view.subarray(at, at + size));
    arrays[name] = kind === 'f32' ? new Float32Array(copy) : new Float64Array(copy);
    at += size;
  }
  return { header: layout.header, arrays };
}

const aligned = (at: number): number => (at + 7) & ~7;
