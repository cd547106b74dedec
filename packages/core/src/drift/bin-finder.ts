/** Cells of equal width between the outermost edges: few enough to be made for every chunk of rows. */
const cells = 256;

/**
 * A function that tells in which of the bins [edge, next edge) a finite value lies: how many of the edges are at most it.
 *
 * A cell of equal width knows how many edges lie before it, so that few edges are left to look at, wherever they are.
 * A value and an edge are put into cells by the same monotone rule: no edge before a value's cell can exceed the value.
 */
export function binFinder(edges: readonly number[]): (value: number) => number {
  const sorted = Float64Array.from(edges);
  const bins = sorted.length;
  const [low, high] = [sorted[0] ?? 0, sorted[bins - 1] ?? 0];
  const scale = cells / (high - low);
  if (!(bins > 1 && Number.isFinite(scale))) return (value) => scan(sorted, 0, value);
  const cellOf = (value: number) => Math.min(cells, Math.max(0, (value - low) * scale)) | 0;
  const before = new Uint16Array(cells + 1);
  for (const edge of sorted) {
    for (let cell = cellOf(edge) + 1; cell <= cells; cell++) before[cell]!++;
  }
  return (value) => scan(sorted, before[cellOf(value)]!, value);
}

function scan(edges: Float64Array, from: number, value: number): number {
  let bin = from;
  while (bin < edges.length && edges[bin]! <= value) bin++;
  return bin;
}
