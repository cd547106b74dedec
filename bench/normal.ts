import { seededRandom } from '@retrain/core';

/** A seeded source of standard normal numbers (Box & Muller 1958). */
export function normals(seed: number): () => number {
  const random = seededRandom(seed);
  let spare = NaN;
  return () => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = NaN;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Row-major rows of independent standard normal features; the first `shifted` of them moved by `shift`. */
export function normalRows(
  normal: () => number,
  rows: number,
  features: number,
  { shifted = 0, shift = 0 } = {},
): Float32Array {
  const cells = new Float32Array(rows * features);
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let feature = 0; feature < features; feature++) cells[cell++] = normal() + (feature < shifted ? shift : 0);
  }
  return cells;
}
