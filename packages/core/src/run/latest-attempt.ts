import type { TrainingRun } from './training-run.js';
import type { TrainingRuns } from './training-runs.port.js';

/** The last attempt to retrain, and when it was on the asker's clock. */
export interface LatestAttempt {
  readonly run: TrainingRun;
  readonly at: Date;
}

const SEARCHED = 200;

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
  const { items } = await runs.list(model, { limit: SEARCHED });
  const run = items.find((item) => item.asOf <= asOf);
  return run && { run, at: run.asOf };
}
