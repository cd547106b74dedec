import { EventLog } from '../event/event-log.port.js';
import type { TrainingRun } from '../run/training-run.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { CloseApproval } from './close-approval.service.js';
import type { Deployment } from './deployment.js';
import { Deployments } from './deployments.port.js';
import { PendingApprovals } from './pending-approval.service.js';

export interface RejectDeployment {
  readonly deploymentId: string;
  readonly actor: string;
  readonly reason: string;
}

/** A person turns a proposal down: one no is enough, whoever has approved it; the champion stays. */
@Service()
export class RejectDeploymentService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly pending: PendingApprovals,
    private readonly deployments: Deployments,
    private readonly closing: CloseApproval,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `unknown_deployment`, `deployment_not_awaiting_approval` or `run_not_awaiting_approval`. */
  async execute(given: RejectDeployment): Promise<{ readonly deployment: Deployment; readonly run?: TrainingRun }> {
    const { actor, reason } = given;
    const { run, deployment } = await this.pending.find(given.deploymentId);
    return this.unitOfWork.transaction(async () => {
      const at = this.clock.now();
      const decision = { status: 'rejected' as const, by: actor, reason, at };
      const refused = await this.deployments.decide(deployment.id, 'awaiting_approval', decision);
      if (!refused) throw await this.pending.over(deployment);
      const asOf = run?.simulated ? run.asOf : at;
      const { id: deploymentId, version, model, runId } = refused;
      const payload = { deploymentId, version, by: actor, reason };
      const closed = run && (await this.closing.execute(run, { status: 'rejected', actor, reason, asOf }));
      const about = { model, runId, actor, asOf };
      await this.events.append({ ...about, type: 'deployment.rejected', payload }, ...(closed ? [closed.event] : []));
      return { deployment: refused, run: closed?.run };
    });
  }
}
