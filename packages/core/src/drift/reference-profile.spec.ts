import type { Dataset } from '../dataset/dataset.js';
import { mostReferenceRows, referenceProfileOf } from './reference-profile.js';

/** One feature that counts the rows. */
function counting(rows: number): Dataset {
  return {
    task: { kind: 'regression' },
    schema: { features: [{ name: 'row', kind: 'numeric', drift: true }] },
    rows,
    features: Float32Array.from({ length: rows }, (_, row) => row),
    outcomes: new Float64Array(rows),
    times: Float64Array.from({ length: rows }, (_, row) => row),
    keys: Array.from({ length: rows }, (_, row) => String(row)),
  };
}

describe('the reference of later comparisons', () => {
  it('is all training rows while they are few', () => {
    expect(referenceProfileOf(counting(10))).toMatchObject({ rows: 10, columns: [{ min: 0, max: 9 }] });
    expect(referenceProfileOf(counting(0))).toMatchObject({ rows: 0 });
  });

  it('is the newest ones when they are many', () => {
    const rows = mostReferenceRows + 500;
    expect(referenceProfileOf(counting(rows))).toMatchObject({
      rows: mostReferenceRows,
      columns: [{ min: 500, max: rows - 1 }],
    });
  });
});
