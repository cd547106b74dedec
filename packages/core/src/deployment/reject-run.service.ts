import { Service } from '../shared/service.js';
import type { ApprovalDecision, DecidedRun } from './approve-run.service.js';
import { PendingApprovals } from './pending-approval.service.js';
import { RejectDeploymentService } from './reject-deployment.service.js';

/** A person turns the accepted candidate of a run down; the champion stays. */
@Service()
export class RejectRunService {
  constructor(
    private readonly pending: PendingApprovals,
    private readonly rejecting: RejectDeploymentService,
  ) {}

  /** Rejects with `unknown_run` or `run_not_awaiting_approval`. */
  async execute({ runId, actor, reason }: Omit<ApprovalDecision, 'seen'>): Promise<DecidedRun> {
    const { run, deployment } = await this.pending.ofRun(runId);
    const refused = await this.rejecting.execute({ deploymentId: deployment.id, actor, reason });
    return { deployment: refused.deployment, run: refused.run ?? run! };
  }
}
