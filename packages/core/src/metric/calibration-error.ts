/**
 * Expected calibration error: how far confidence is from the share of hits, averaged over bins of equally many rows.
 *
 * Rows are sorted by confidence and cut into at most `bins` runs whose sizes differ by one at most; |mean confidence −
 * share of hits| of each bin is weighted by its rows. Equal-count bins never leave a bin with a handful of rows.
 */
export function expectedCalibrationError(confidences: ArrayLike<number>, hits: ArrayLike<number>, bins = 10): number {
  const order = Uint32Array.from({ length: confidences.length }, (_, row) => row);
  order.sort((a, b) => confidences[a]! - confidences[b]! || a - b);
  const inOrder = (values: ArrayLike<number>) => Float64Array.from(order, (row) => values[row]!);
  return sortedCalibrationError(inOrder(confidences), inOrder(hits), bins);
}

/** As `expectedCalibrationError`, of rows that ascend by confidence already. */
export function sortedCalibrationError(confidences: ArrayLike<number>, hits: ArrayLike<number>, bins = 10): number {
  const rows = confidences.length;
  const used = Math.min(bins, rows);
  const longer = rows % used;
  let error = 0;
  let from = 0;
  for (let bin = 0; bin < used; bin++) {
    const to = from + Math.floor(rows / used) + (bin < longer ? 1 : 0);
    let gap = 0;
    for (let row = from; row < to; row++) gap += confidences[row]! - hits[row]!;
    error += Math.abs(gap) / rows;
    from = to;
  }
  return error;
}
