/**
 * Expected calibration error: how far confidence is from the share of hits, averaged over bins of equally many rows.
 *
 * Rows are sorted by confidence and cut into at most `bins` runs whose sizes differ by one at most; |mean confidence −
 * share of hits| of each bin is weighted by its rows. Equal-count bins never leave a bin with a handful of rows.
 */
export function expectedCalibrationError(confidences: ArrayLike<number>, hits: ArrayLike<number>, bins = 10): number {
  const rows = confidences.length;
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  order.sort((a, b) => confidences[a]! - confidences[b]! || a - b);
  const used = Math.min(bins, rows);
  const longer = rows % used;
  let error = 0;
  let from = 0;
  for (let bin = 0; bin < used; bin++) {
    const to = from + Math.floor(rows / used) + (bin < longer ? 1 : 0);
    let gap = 0;
    for (let position = from; position < to; position++) {
      gap += confidences[order[position]!]! - hits[order[position]!]!;
    }
    error += Math.abs(gap) / rows;
    from = to;
  }
  return error;
}
