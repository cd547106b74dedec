import type { LoadedVersion } from './loaded-version.js';

/** What a version made of some rows. */
export interface ScoredRows {
  /** In the order of the rows; undefined where the version gives no finite answer. */
  readonly scores: readonly (readonly number[] | undefined)[];
  /** Milliseconds per row. */
  readonly milliseconds: number;
  /** The columns that the version has read (`LoadedVersion.columns`). */
  readonly columns?: readonly number[];
}

/**
 * Scores rows in one call.
 * @param rows features in schema order, NaN = missing.
 */
export async function scoreRows(
  { scorer, columns }: Pick<LoadedVersion, 'scorer' | 'columns'>,
  rows: readonly (readonly number[])[],
): Promise<ScoredRows> {
  if (rows.length === 0) return { scores: [], milliseconds: 0 };
  const { inputs, outputs } = scorer;
  const features = new Float32Array(rows.length * inputs);
  rows.forEach((values, index) => features.set(values, index * inputs));
  const began = performance.now();
  const flat = await scorer.score(features, rows.length);
  const milliseconds = (performance.now() - began) / rows.length;
  const scores = rows.map((_, index) => {
    const row = Array.from(flat.subarray(index * outputs, (index + 1) * outputs));
    return row.every(Number.isFinite) ? row : undefined;
  });
  return { scores, milliseconds, ...(columns ? { columns } : {}) };
}
