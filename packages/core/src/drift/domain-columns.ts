import type { FeatureSchema } from '../model/feature-schema.js';
import { normalQuantile } from '../statistic/distributions.js';

/** Categories of a feature that get a column of their own, at most: the most frequent ones. */
const mostCategories = 10;

/** A column that the classifier may read. */
export interface DomainColumn {
  readonly name: string;
  /** Over the rows of both samples. */
  readonly values: Float64Array;
  /** Whether its square and its products with others say something of their own. */
  readonly continuous: boolean;
}

/**
 * Columns of two samples, one below the other (row-major float32, columns as in the schema), that a linear classifier can use whatever
 * they hold: numbers as normal scores of their ranks in both samples together (so that ±Infinity is merely the greatest value, and
 * only how features go together is left once their margins agree), categories as indicators, what is missing as one more indicator.
 * Features without drift (by the schema) and columns that never vary are left out.
 */
export function domainColumns(schema: FeatureSchema, rows: Float32Array): readonly DomainColumn[] {
  const width = schema.features.length;
  const height = rows.length / width;
  const scores = normalScores(height);
  return schema.features.flatMap(({ name, kind, drift }, index): readonly DomainColumn[] => {
    if (!drift) return [];
    const values = Float64Array.from({ length: height }, (_, row) => rows[row * width + index]!);
    const missing = values.map((value) => (isMissing(value, kind) ? 1 : 0));
    const lacking: DomainColumn = { name: `${name} missing`, values: missing, continuous: false };
    const known = kind === 'numeric' ? [ranked(name, values, scores)] : indicators(name, values);
    return [...known, lacking].filter((column) => varies(column.values));
  });
}

const isMissing = (value: number, kind: 'numeric' | 'categorical') =>
  kind === 'numeric' ? Number.isNaN(value) : !Number.isFinite(value);

/** Normal scores of the midranks 1, 1.5, 2 … of so many rows. */
function normalScores(rows: number): Float64Array {
  return Float64Array.from({ length: 2 * rows + 1 }, (_, half) => normalQuantile((half / 2 - 0.5) / rows));
}

/** Missing values stand in the middle. */
function ranked(name: string, values: Float64Array, scores: Float64Array): DomainColumn {
  const known = Uint32Array.from(values, (_, row) => row).filter((row) => !Number.isNaN(values[row]!));
  known.sort((a, b) => (values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : 0));
  // Ranks among the known ones are spread over all rows, so that one table of scores will do.
  const spread = (scores.length - 1) / 2 / Math.max(1, known.length);
  const out = new Float64Array(values.length);
  let distinct = 0;
  for (let start = 0; start < known.length; distinct++) {
    let end = start + 1;
    while (end < known.length && values[known[end]!] === values[known[start]!]) end++;
    const middle = Math.round((start + end) * spread) + 1;
    for (let at = start; at < end; at++) out[known[at]!] = scores[Math.min(scores.length - 1, middle)]!;
    start = end;
  }
  return { name, values: distinct > 1 ? out : new Float64Array(values.length), continuous: distinct > 2 };
}

function indicators(name: string, values: Float64Array): DomainColumn[] {
  const counts = new Map<number, number>();
  for (const value of values) if (Number.isFinite(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, mostCategories);
  return frequent.map(([category]) => ({
    name: `${name} = ${category}`,
    values: values.map((value) => (value === category ? 1 : 0)),
    continuous: false,
  }));
}

const varies = (values: Float64Array) => values.some((value) => value !== values[0]);
