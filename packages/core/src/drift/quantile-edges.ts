/** Shares of the reference below the edges: every twentieth, and finer in the tails, where distances in value are made. */
const cutShares = [
  ...[0.005, 0.01, 0.025],
  ...Array.from({ length: 19 }, (_, index) => (index + 1) / 20),
  ...[0.975, 0.99, 0.995],
];

/** Bins of a numeric feature, at most; a feature with fewer distinct values gets one bin for each. */
export const mostBins = cutShares.length + 1;

/**
 * Inner bin edges of a numeric feature, strictly ascending, for bins [edge, next edge).
 *
 * `sorted` holds the finite reference values ascending. Up to `mostBins` distinct values get a bin each; more are cut
 * at quantiles, and heavy ties collapse into one bin. A constant c gets
 * the edges c and the float32 after it: any other value then falls below or above it.
 */
export function quantileEdges(sorted: Float32Array): number[] {
  const least = sorted[0];
  const greatest = sorted[sorted.length - 1];
  if (least === undefined || greatest === undefined) return [];
  if (least === greatest) return [least, nextFloat32(least)];
  const distinct = firstDistinct(sorted, mostBins + 1);
  if (distinct.length <= mostBins) return distinct.slice(1);
  const edges: number[] = [];
  for (const share of cutShares) {
    const edge = sorted[Math.floor(share * sorted.length)]!;
    if (edge > (edges[edges.length - 1] ?? least)) edges.push(edge);
  }
  // A tie that fills all inner quantiles still leaves what lies above it.
  if (edges.length === 0) edges.push(distinct[1]!);
  return edges;
}

function firstDistinct(sorted: Float32Array, most: number): number[] {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value !== distinct[distinct.length - 1]) distinct.push(value);
    if (distinct.length === most) break;
  }
  return distinct;
}

/** The smallest float32 greater than a finite float32. */
function nextFloat32(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Int32Array(float.buffer);
  if (value === 0) bits[0] = 1;
  else bits[0]! += value > 0 ? 1 : -1;
  return float[0]!;
}
