import { ConfigStore } from '../config/config-store.port.js';
import { isReleased } from '../deployment/deployment.js';
import { Deployments } from '../deployment/deployments.port.js';
import { EventLog } from '../event/event-log.port.js';
import { Signals } from '../event/signals.port.js';
import { JobQueue } from '../job/job-queue.port.js';
import { Clock } from '../shared/clock.port.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { Attempt } from './attempt.js';
import { RunTiming } from './run-timing.js';
import type { TrainingRun } from './training-run.js';
import { TrainingRuns } from './training-runs.port.js';

/** Takes a delivered run for this process, if it is to be had. */
@Service()
export class ClaimRunService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly events: EventLog,
    private readonly signals: Signals,
    private readonly config: ConfigStore,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly timing: RunTiming,
  ) {}

  /**
   * The attempt, or undefined when somebody else holds the run, nothing is left to do, or it is not its turn: whoever makes
   * room for it says so (`DeliverNext`). A run that backs off is put on the queue again for then.
   */
  async execute(runId: string): Promise<Attempt | undefined> {
    const token = this.ids.next();
    const run = await this.unitOfWork.transaction(() => this.claim(runId, token));
    if (!run) {
      await this.deliverLater(runId);
      return undefined;
    }
    const deployment = await this.deployments.ofRun(runId);
    return new Attempt(run, token, this.runs, this.signals, this.clock, this.timing, !isReleased(deployment));
  }

  private async claim(runId: string, token: string): Promise<TrainingRun | undefined> {
    const now = this.clock.now();
    const before = await this.runs.find(runId);
    const leaseUntil = new Date(now.getTime() + this.timing.leaseMs);
    const { max_concurrent_retraining } = this.config.current().config;
    const run = await this.runs.claim(runId, token, now, leaseUntil, max_concurrent_retraining);
    if (!run) return undefined;
    const about = { model: run.model, runId, actor: 'system', asOf: run.asOf };
    if (before?.status === 'running') {
      const from = `attempt ${before.attempt}, stage ${before.stage ?? 'none'}`;
      await this.events.append({ ...about, type: 'run.recovered', payload: { from } });
    }
    await this.events.append({ ...about, type: 'run.started', payload: { attempt: run.attempt } });
    return run;
  }

  private async deliverLater(runId: string): Promise<void> {
    const run = await this.runs.find(runId);
    const now = this.clock.now();
    if (run?.status !== 'queued' || !run.notBefore || run.notBefore <= now) return;
    // Deliveries of one run that wait for the same moment are one job, however many asked.
    const jobId = `${runId}-due-${run.notBefore.getTime()}`;
    const delaySeconds = (run.notBefore.getTime() - now.getTime()) / 1000;
    await this.queue.enqueue('retrain', { runId }, { jobId, delaySeconds });
  }
}
