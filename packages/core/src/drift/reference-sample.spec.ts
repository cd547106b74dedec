import type { Dataset } from '../dataset/dataset.js';
import { decodeReferenceSample, encodeReferenceSample, mostSampleRows, referenceSampleOf } from './reference-sample.js';

/** Features that count the rows. */
function counting(rows: number, features: number): Dataset {
  return {
    task: { kind: 'regression' },
    schema: {
      features: Array.from({ length: features }, (_, index) => ({ name: `x${index}`, kind: 'numeric', drift: true })),
    },
    rows,
    features: Float32Array.from({ length: rows * features }, (_, cell) => Math.floor(cell / features)),
    outcomes: new Float64Array(rows),
    times: Float64Array.from({ length: rows }, (_, row) => row),
    keys: Array.from({ length: rows }, (_, row) => String(row)),
  };
}

describe('the raw rows of a reference', () => {
  it('are all rows while they are few, and the newest of many', () => {
    expect(referenceSampleOf(counting(0, 2))).toHaveLength(0);
    expect([...referenceSampleOf(counting(3, 2))]).toEqual([0, 0, 1, 1, 2, 2]);
    const many = referenceSampleOf(counting(5000, 1));
    expect([many.length, many[0], many.at(-1)]).toEqual([2000, 3000, 4999]);
  });

  it('are fewer the wider they are, evenly over the newest', () => {
    const wide = referenceSampleOf(counting(2000, 1000));
    expect(wide).toHaveLength(mostSampleRows(1000) * 1000);
    expect([wide[0], wide[1000]]).toEqual([0, 8]);
  });

  it('come back from their bytes, and from no others', () => {
    const sample = Float32Array.of(1, NaN, -Infinity, 4);
    const bytes = encodeReferenceSample(sample, 2);
    expect(decodeReferenceSample(bytes, 2)).toEqual(sample);
    expect(() => decodeReferenceSample(bytes, 4)).toThrow(expect.objectContaining({ code: 'invalid_packed' }));
    expect(() => decodeReferenceSample(bytes.slice(0, 20), 2)).toThrow(
      expect.objectContaining({ code: 'invalid_packed' }),
    );
  });
});
