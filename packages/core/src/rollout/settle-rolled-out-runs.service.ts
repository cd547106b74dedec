import { CloseApproval } from '../deployment/close-approval.service.js';
import { Deployments } from '../deployment/deployments.port.js';
import { EventLog } from '../event/event-log.port.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';

/** Ends runs whose rollout was over before they had come to rest: it was superseded or aborted while they wrote their report. */
@Service()
export class SettleRolledOutRuns {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly closing: CloseApproval,
    private readonly events: EventLog,
  ) {}

  /** Answers the ids of the runs that it ended. */
  async execute(): Promise<readonly string[]> {
    const settled: string[] = [];
    for (const run of await this.runs.rollingOut()) {
      const deployment = await this.deployments.ofRun(run.id);
      if (!deployment || deployment.status === 'rolling_out') continue;
      const status = deployment.status === 'promoted' ? ('deployed' as const) : ('rejected' as const);
      const { decidedBy: actor = 'system', decisionReason: reason = deployment.reason, asOf } = deployment;
      await this.unitOfWork.transaction(async () => {
        // Another process may end it between the reading and this.
        if ((await this.runs.find(run.id))?.status !== 'rolling_out') return;
        const { event } = await this.closing.execute(run, { status, actor, reason, asOf });
        await this.events.append(event);
        settled.push(run.id);
      });
    }
    return settled;
  }
}
