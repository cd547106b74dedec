import type { TrainingRun } from '../run/training-run.js';
import { Service } from '../shared/service.js';
import { ApproveDeploymentService, type ApprovalOutcome, type SeenEvidence } from './approve-deployment.service.js';
import type { Deployment } from './deployment.js';
import { PendingApprovals } from './pending-approval.service.js';

export interface ApprovalDecision {
  readonly runId: string;
  readonly actor: string;
  readonly reason: string;
  readonly seen?: SeenEvidence;
}

export interface DecidedRun {
  readonly run: TrainingRun;
  readonly deployment: Deployment;
}

/** A person lets the accepted candidate of a run serve. */
@Service()
export class ApproveRunService {
  constructor(
    private readonly pending: PendingApprovals,
    private readonly approving: ApproveDeploymentService,
  ) {}

  /** Rejects with `unknown_run`, `run_not_awaiting_approval`, or as `ApproveDeploymentService` does. */
  async execute({ runId, ...given }: ApprovalDecision): Promise<ApprovalOutcome & DecidedRun> {
    const { run, deployment } = await this.pending.ofRun(runId);
    const outcome = await this.approving.execute({ deploymentId: deployment.id, ...given });
    return { ...outcome, run: outcome.run ?? run! };
  }
}
