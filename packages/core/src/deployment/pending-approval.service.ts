import { ConfigStore } from '../config/config-store.port.js';
import type { TrainingRun } from '../run/training-run.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { approvalRulesOf, stricterRules, type ApprovalRules } from './approval.js';
import { notAwaiting } from './close-approval.service.js';
import type { Deployment } from './deployment.js';
import { Deployments } from './deployments.port.js';

/** A proposal that waits for people. */
export interface PendingApproval {
  readonly deployment: Deployment;
  /** The run whose candidate it is; undefined for a promotion that a person proposed. */
  readonly run?: TrainingRun;
}

/** Finds what waits for people, and under which rules. */
@Service()
export class PendingApprovals {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly config: ConfigStore,
  ) {}

  /** Rejects with `unknown_run`, or `run_not_awaiting_approval` when there is nothing (or nothing any more) to decide. */
  async ofRun(runId: string): Promise<PendingApproval> {
    const run = await this.runs.find(runId);
    if (!run) throw notFound('unknown_run', `There is no run ${runId}.`);
    const deployment = run.status === 'awaiting_approval' ? await this.deployments.ofRun(runId) : undefined;
    if (deployment?.status !== 'awaiting_approval') throw notAwaiting(run);
    return { run, deployment };
  }

  /** Rejects with `unknown_deployment`, `deployment_not_awaiting_approval`, or as `ofRun` for the candidate of a run. */
  async find(deploymentId: string): Promise<PendingApproval> {
    const deployment = await this.deployments.find(deploymentId);
    if (!deployment) throw notFound('unknown_deployment', `There is no deployment ${deploymentId}.`);
    if (deployment.runId !== undefined) return this.ofRun(deployment.runId);
    if (deployment.status !== 'awaiting_approval') throw await this.over(deployment);
    return { deployment };
  }

  /** The refusal of a decision that came after another one. */
  async over({ id, runId }: Deployment): Promise<Error> {
    const run = runId === undefined ? undefined : await this.runs.find(runId);
    if (run && run.status !== 'awaiting_approval') return notAwaiting(run);
    const status = (await this.deployments.find(id))?.status;
    const told = `Deployment ${id} does not wait for approval: it is ${status}.`;
    return conflict('deployment_not_awaiting_approval', told, { status });
  }

  /** The rules of the proposal and of the configuration now, whichever asks for more. */
  rulesOf(deployment: Deployment): ApprovalRules {
    const { models } = this.config.current().config;
    if (!Object.hasOwn(models, deployment.model)) return deployment;
    return stricterRules(deployment, approvalRulesOf(this.config.forModel(deployment.model)));
  }
}

/** Everybody who asked for it: who proposed it, and who asked for the run that made it. */
export function requestersOf({ deployment, run }: PendingApproval): readonly string[] {
  return [deployment.requestedBy, ...(run ? [run.requestedBy] : [])];
}
