import type { TrainingRun } from '../run/training-run.js';
import type { TrainingRuns } from '../run/training-runs.port.js';
import { notFound } from '../shared/errors.js';
import { notAwaiting } from './close-approval.service.js';
import type { Deployment } from './deployment.js';
import type { Deployments } from './deployments.port.js';

/** A run that waits for a person, with its proposal. */
export interface PendingApproval {
  readonly run: TrainingRun;
  readonly deployment: Deployment;
}

/** Rejects with `unknown_run`, or `run_not_awaiting_approval` when there is nothing (or nothing any more) to decide. */
export async function pendingApproval(
  runs: TrainingRuns,
  deployments: Deployments,
  runId: string,
): Promise<PendingApproval> {
  const run = await runs.find(runId);
  if (!run) throw notFound('unknown_run', `There is no run ${runId}.`);
  const deployment = run.status === 'awaiting_approval' ? await deployments.ofRun(runId) : undefined;
  if (deployment?.status !== 'awaiting_approval') throw notAwaiting(run);
  return { run, deployment };
}
