import type { TrainingRun } from './training-run.js';
import type { TrainingRuns } from './training-runs.port.js';

/** The last attempt to retrain, and when it was on the asker's clock. */
export interface LatestAttempt {
  readonly run: TrainingRun;
  readonly at: Date;
}

/** Runs are read few at a time: their rows are big, and the first few nearly always suffice. */
const PAGE = 10;
const PAGES = 20;

/**
 * The last attempt to retrain a model.
 *
 * A live question (no `asOf`) measures by wall clock. A question about the past measures by the days the runs were made
 * for, and knows no run of a later day.
 */
export async function latestAttempt(
  runs: TrainingRuns,
  model: string,
  asOf: Date | undefined,
): Promise<LatestAttempt | undefined> {
  if (!asOf) {
    const run = await runs.latest(model);
    return run && { run, at: run.requestedAt };
  }
  let cursor: string | undefined;
  for (let read = 0; read < PAGES; read++) {
    const page = await runs.list(model, { limit: PAGE, cursor });
    const run = page.items.find((item) => item.asOf <= asOf);
    if (run) return { run, at: run.asOf };
    if (page.nextCursor === undefined) return undefined;
    cursor = page.nextCursor;
  }
  return undefined;
}
