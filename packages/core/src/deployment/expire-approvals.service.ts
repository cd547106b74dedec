import { EventLog } from '../event/event-log.port.js';
import type { NewEvent } from '../event/event-map.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { CloseApproval } from './close-approval.service.js';
import type { Deployment } from './deployment.js';
import { Deployments } from './deployments.port.js';

/** Ends approvals that nobody gave in time; their candidates are rejected. */
@Service()
export class ExpireApprovalsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly closing: CloseApproval,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Answers the deployments that expired by this call. */
  async execute(): Promise<readonly Deployment[]> {
    const expired: Deployment[] = [];
    for (const deployment of await this.deployments.expired(this.clock.now())) {
      const closed = await this.unitOfWork.transaction(() => this.expire(deployment));
      if (closed) expired.push(closed);
    }
    return expired;
  }

  private async expire({ id, runId }: Deployment): Promise<Deployment | undefined> {
    const run = runId === undefined ? undefined : await this.runs.find(runId);
    // Proposed, but its run is still on the way to the desk: it can be decided once it has arrived.
    if (run?.status === 'running' || run?.status === 'queued') return undefined;
    const at = this.clock.now();
    const reason = 'Nobody approved it in time.';
    const decision = { status: 'expired' as const, by: 'system', reason, at };
    const closed = await this.deployments.decide(id, 'awaiting_approval', decision);
    if (!closed) return undefined;
    const { version, model, asOf } = closed;
    const payload = { deploymentId: id, version };
    const events: NewEvent[] = [{ model, runId, actor: 'system', asOf, type: 'deployment.expired', payload }];
    if (run?.status === 'awaiting_approval') {
      const closing = { status: 'rejected' as const, actor: 'system', reason, asOf };
      events.push((await this.closing.execute(run, closing)).event);
    }
    await this.events.append(...events);
    return closed;
  }
}
