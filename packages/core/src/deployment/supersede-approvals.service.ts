import type { NewEvent } from '../event/event-map.js';
import type { TrainingRun } from '../run/training-run.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { CloseApproval } from './close-approval.service.js';
import { Deployments } from './deployments.port.js';

/** Takes older candidates off the desk when a newer one comes to wait for a person. */
@Service()
export class SupersedeApprovals {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly closing: CloseApproval,
    private readonly clock: Clock,
  ) {}

  /** Joins the caller's transaction, which appends the events. A candidate that was decided already keeps that decision. */
  async execute(newer: TrainingRun): Promise<readonly NewEvent[]> {
    const events: NewEvent[] = [];
    for (const run of await this.runs.awaitingApproval(newer.model)) {
      const deployment = run.id === newer.id ? undefined : await this.deployments.ofRun(run.id);
      if (!deployment) continue;
      const reason = `A newer candidate, of run ${newer.id}, waits for approval.`;
      const decision = { status: 'superseded' as const, by: 'system', reason, at: this.clock.now() };
      const closed = await this.deployments.decide(deployment.id, 'awaiting_approval', decision);
      if (!closed) continue;
      const { id: deploymentId, version, model } = closed;
      const about = { model, runId: run.id, actor: 'system', asOf: newer.asOf };
      const closing = { status: 'rejected' as const, actor: 'system', reason, asOf: newer.asOf };
      const { event } = await this.closing.execute(run, closing);
      events.push({ ...about, type: 'deployment.superseded', payload: { deploymentId, version } }, event);
    }
    return events;
  }
}
