import { rowsBefore, type Dataset } from '@retrain/core';

/** Rows that a holdout needs to tell one iteration from the next. */
const LEAST_HOLDOUT = 50;

/**
 * First row of the newest `share` of the rows, by which a fit is told to stop; rows of one instant stay together.
 *
 * @param leastRows rows that must remain to be fitted, every class among them.
 * @returns undefined when either part would be too small.
 */
export function holdoutEdge(dataset: Dataset, share: number, leastRows: number): number | undefined {
  const { task, outcomes, rows, times } = dataset;
  const edge = rowsBefore(dataset, times[Math.floor(rows * (1 - share))]!);
  if (edge < leastRows || rows - edge < LEAST_HOLDOUT) return undefined;
  const classes = task.kind === 'classification' ? task.classes.length : 0;
  return new Set(outcomes.subarray(0, edge)).size < classes ? undefined : edge;
}
