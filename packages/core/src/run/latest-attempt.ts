import type { RunStatus, TrainingRun } from './training-run.js';
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
 * The last attempt to retrain a model, whatever became of it.
 *
 * A live question (no `asOf`) measures by wall clock. A question about the past measures by the days the runs were made
 * for, and knows no run of a later day.
 */
export async function latestAttempt(
  runs: TrainingRuns,
  model: string,
  asOf: Date | undefined,
): Promise<LatestAttempt | undefined> {
  if (asOf) return newest(runs, model, asOf, () => true);
  const run = await runs.latest(model);
  return run && { run, at: run.requestedAt };
}

const judged: readonly RunStatus[] = ['awaiting_approval', 'rolling_out', 'deployed', 'rejected'];

/** The last attempt that came as far as a judgement of its candidate; on the same clocks as {@link latestAttempt}. */
export function latestJudgement(
  runs: TrainingRuns,
  model: string,
  asOf: Date | undefined,
): Promise<LatestAttempt | undefined> {
  return newest(runs, model, asOf, ({ status }) => judged.includes(status));
}

const retrainedNothing: readonly RunStatus[] = ['failed', 'cancelled'];

/**
 * The last attempt that retrained, or still may; on the same clocks as {@link latestAttempt}.
 *
 * Predictions are counted from it: one that failed or was cancelled has not used up the predictions that asked for it.
 */
export function latestRetraining(
  runs: TrainingRuns,
  model: string,
  asOf: Date | undefined,
): Promise<LatestAttempt | undefined> {
  return newest(runs, model, asOf, ({ status }) => !retrainedNothing.includes(status));
}

async function newest(
  runs: TrainingRuns,
  model: string,
  asOf: Date | undefined,
  matches: (run: TrainingRun) => boolean,
): Promise<LatestAttempt | undefined> {
  let cursor: string | undefined;
  for (let read = 0; read < PAGES; read++) {
    const page = await runs.list(model, { limit: PAGE, cursor });
    const run = page.items.find((item) => (!asOf || item.asOf <= asOf) && matches(item));
    if (run) return { run, at: asOf ? run.asOf : run.requestedAt };
    if (page.nextCursor === undefined) return undefined;
    cursor = page.nextCursor;
  }
  return undefined;
}
