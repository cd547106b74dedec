/** Shares of two samples over the same bins. */
export interface Binned {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** Up to so many distinct reference values get a bin each where a case bins as Evidently does. */
const mostValues = 20;

/** As Evidently bins: Sturges' number of equal bins over both samples, or a bin for each of few values. */
export function binsOfBoth(reference: Float64Array, current: Float64Array): Binned {
  const both = Float64Array.of(...reference, ...current).sort();
  if (new Set(reference).size <= mostValues) {
    const values = [...new Set(both)];
    const share = (sample: Float64Array) =>
      Float64Array.from(values, (value) => sample.filter((one) => one === value).length / sample.length);
    return { reference: share(reference), current: share(current) };
  }
  const edges = equalEdges(both, Math.ceil(Math.log2(both.length) + 1));
  return { reference: shares(reference, edges), current: shares(current, edges) };
}

/** As NannyML bins: Doane's number of equal bins over the reference, and one more for what lies outside. */
export function binsOfReference(reference: Float64Array, current: Float64Array): Binned {
  const edges = equalEdges(reference.slice().sort(), doaneBins(reference));
  const inside = shares(current, edges);
  const outside = 1 - inside.reduce((sum, share) => sum + share, 0);
  if (!(outside > 1e-12)) return { reference: shares(reference, edges), current: inside };
  return {
    reference: Float64Array.of(...shares(reference, edges), 0),
    current: Float64Array.of(...inside, outside),
  };
}

/** Doane 1976: Sturges' rule widened by the skewness of the sample. */
function doaneBins(values: Float64Array): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const moment = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
  const deviation = Math.sqrt(moment(2));
  if (n <= 2 || deviation === 0) return 1;
  const sorted = values.slice().sort();
  const spread = sorted[n - 1]! - sorted[0]!;
  const skewness = moment(3) / deviation ** 3;
  const error = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const width = spread / (1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / error));
  return Math.max(1, Math.ceil(spread / width));
}

function equalEdges(sorted: Float64Array, bins: number): Float64Array {
  let [low, high] = [sorted[0]!, sorted[sorted.length - 1]!];
  // numpy widens an empty range by half a unit on each side.
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return Float64Array.from({ length: bins + 1 }, (_, index) =>
    index === bins ? high : low + ((high - low) / bins) * index,
  );
}

/** Shares of all values of a sample in bins [edge, next edge), the last one closed. */
function shares(sample: Float64Array, edges: Float64Array): Float64Array {
  const counts = new Float64Array(edges.length - 1);
  for (const value of sample) {
    if (!(value >= edges[0]! && value <= edges[edges.length - 1]!)) continue;
    let bin = 0;
    while (bin < counts.length - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return counts.map((count) => count / sample.length);
}
