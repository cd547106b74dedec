import { EventLog } from '../event/event-log.port.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import type { ApprovalDecision, DecidedRun } from './approve-run.service.js';
import { CloseApproval, notAwaiting } from './close-approval.service.js';
import { Deployments } from './deployments.port.js';
import { pendingApproval } from './pending-approval.js';

/** A person turns an accepted candidate down; the champion stays. */
@Service()
export class RejectRunService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly closing: CloseApproval,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `unknown_run` or `run_not_awaiting_approval`. */
  async execute({ runId, actor, reason }: ApprovalDecision): Promise<DecidedRun> {
    const { run, deployment } = await pendingApproval(this.runs, this.deployments, runId);
    return this.unitOfWork.transaction(async () => {
      const at = this.clock.now();
      const decision = { status: 'rejected' as const, by: actor, reason, at };
      const refused = await this.deployments.decide(deployment.id, 'awaiting_approval', decision);
      if (!refused) throw notAwaiting((await this.runs.find(runId)) ?? run);
      const asOf = run.simulated ? run.asOf : at;
      const { id: deploymentId, version, model } = refused;
      const payload = { deploymentId, version, by: actor, reason };
      const closed = await this.closing.execute(run, { status: 'rejected', actor, reason, asOf });
      await this.events.append({ model, runId, actor, asOf, type: 'deployment.rejected', payload }, closed.event);
      return { run: closed.run, deployment: refused };
    });
  }
}
