import type { RunStatus, TrainingRun } from './training-run.js';
import type { TrainingRuns } from './training-runs.port.js';

/** The last attempt to retrain, and when it was on the asker's clock. */
export interface LatestAttempt {
  readonly run: TrainingRun;
  readonly at: Date;
}

/** What a check asks of a model's history; each undefined where there was none. */
export interface PastAttempts {
  /** Whatever became of it: the cool-down counts every attempt. */
  readonly last?: LatestAttempt;
  /**
   * The last that retrained, or still may: predictions are counted from it. One that failed or was cancelled has not used
   * up the predictions that asked for it.
   */
  readonly retraining?: LatestAttempt;
  /** The last that came as far as a judgement of its candidate. */
  readonly judgement?: LatestAttempt;
}

/** Runs are read few at a time: their rows are big, and the first few nearly always suffice. */
const PAGE = 10;
const PAGES = 20;

const judged: readonly RunStatus[] = ['awaiting_approval', 'rolling_out', 'deployed', 'rejected'];
const retrainedNothing: readonly RunStatus[] = ['failed', 'cancelled'];

/**
 * The last attempts to retrain a model.
 *
 * A live question (no `asOf`) measures by wall clock. A question about the past measures by the days the runs were made
 * for, and knows no run of a later day.
 */
export async function pastAttempts(runs: TrainingRuns, model: string, asOf: Date | undefined): Promise<PastAttempts> {
  let cursor: string | undefined;
  let past: PastAttempts = {};
  for (let read = 0; read < PAGES; read++) {
    const page = await runs.list(model, { limit: PAGE, cursor });
    for (const run of page.items) {
      if (asOf && run.asOf > asOf) continue;
      const attempt = { run, at: asOf ? run.asOf : run.requestedAt };
      past = {
        last: past.last ?? attempt,
        retraining: past.retraining ?? (retrainedNothing.includes(run.status) ? undefined : attempt),
        judgement: past.judgement ?? (judged.includes(run.status) ? attempt : undefined),
      };
    }
    cursor = page.nextCursor;
    // A run that was judged has retrained, too.
    if (past.judgement || cursor === undefined) return past;
  }
  return past;
}

/** The last attempt to retrain a model, whatever became of it; on the same clocks as {@link pastAttempts}. */
export async function latestAttempt(
  runs: TrainingRuns,
  model: string,
  asOf: Date | undefined,
): Promise<LatestAttempt | undefined> {
  if (asOf) return (await pastAttempts(runs, model, asOf)).last;
  const run = await runs.latest(model);
  return run && { run, at: run.requestedAt };
}
