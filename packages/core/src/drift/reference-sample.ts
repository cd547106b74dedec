import type { Dataset } from '../dataset/dataset.js';
import { invalid } from '../shared/errors.js';
import { pack, unpack } from '../shared/packed.js';
import { mostReferenceRows } from './reference-profile.js';

const FORMAT = 'retrain.reference_sample.1';

/** Numbers of a sample, at most: of very wide rows fewer are kept. */
const mostNumbers = 250_000;

/** Rows of a sample of so many features, at most. */
export function mostSampleRows(features: number): number {
  return Math.min(mostReferenceRows, Math.floor(mostNumbers / Math.max(1, features)));
}

/** The raw rows that are frozen with a version beside their picture: the newest training rows, evenly thinned where they are too wide. */
export function referenceSampleOf({ schema, rows, features }: Dataset): Float32Array {
  const width = schema.features.length;
  const newest = Math.min(rows, mostReferenceRows);
  const kept = Math.min(newest, mostSampleRows(width));
  const sample = new Float32Array(kept * width);
  for (let index = 0; index < kept; index++) {
    const row = rows - newest + Math.floor((index * newest) / kept);
    sample.set(features.subarray(row * width, (row + 1) * width), index * width);
  }
  return sample;
}

/** Bytes of a sample; equal samples give equal bytes. */
export function encodeReferenceSample(sample: Float32Array, features: number): Uint8Array {
  return pack({ header: { format: FORMAT, features }, arrays: { sample } });
}

/** The inverse of `encodeReferenceSample`. Throws `invalid_packed` for other or broken bytes, or rows of another width. */
export function decodeReferenceSample(bytes: Uint8Array, features: number): Float32Array {
  const { header, arrays } = unpack(bytes);
  const { sample } = arrays;
  if (header.format !== FORMAT || header.features !== features || !(sample instanceof Float32Array)) {
    throw invalid('invalid_packed', `These bytes are not a sample of rows of ${features} features.`);
  }
  return sample;
}
