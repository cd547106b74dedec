import { notFound, type TrainingRun, type TrainingRuns } from '@retrain/core';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The run of a path. Rejects with `unknown_run`, also for what is no id. */
export async function findRun(runs: TrainingRuns, id: string): Promise<TrainingRun> {
  const found = uuid.test(id) ? await runs.find(id) : undefined;
  if (!found) throw notFound('unknown_run', `There is no run "${id}".`);
  return found;
}
