import { CircuitBreaker } from '../circuit/circuit-breaker.service.js';
import { CloseApproval, notAwaiting } from '../deployment/close-approval.service.js';
import { Deployments } from '../deployment/deployments.port.js';
import { EventLog } from '../event/event-log.port.js';
import { Signals } from '../event/signals.port.js';
import { AbortRolloutService } from '../rollout/abort-rollout.service.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { Clock } from '../shared/clock.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import type { TrainingRun } from './training-run.js';
import { TrainingRuns } from './training-runs.port.js';

export interface CancelRun {
  readonly runId: string;
  readonly actor: string;
  readonly reason: string;
}

/** Cancels a run in any state that is not final; a running one hears of it at once, with its next heartbeat at the latest. */
@Service()
export class CancelRunService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly closing: CloseApproval,
    private readonly breaker: CircuitBreaker,
    private readonly rollouts: Rollouts,
    private readonly aborting: AbortRolloutService,
    private readonly events: EventLog,
    private readonly signals: Signals,
    private readonly clock: Clock,
  ) {}

  /** Answers the run as it stands: cancelled, or running with `cancelRequested`. Rejects with `unknown_run`, `run_finished`. */
  async execute(request: CancelRun): Promise<TrainingRun> {
    return this.unitOfWork.transaction(() => this.cancel(request));
  }

  private async cancel({ runId, actor, reason }: CancelRun): Promise<TrainingRun> {
    const run = await this.runs.find(runId);
    if (!run) throw notFound('unknown_run', `There is no run ${runId}.`);
    const asked = await this.runs.requestCancel(runId, actor, reason, this.clock.now());
    // It may have come to its end, or to wait for a person, since we looked.
    if (!asked) return this.takeOffTheDesk((await this.runs.find(runId)) ?? run, actor, reason);
    if (asked.status === 'running') await this.signals.send({ kind: 'cancel_requested', runId });
    if (asked.status === 'cancelled') {
      await this.breaker.runCancelled(run);
      const about = { model: run.model, runId, actor, asOf: run.asOf };
      await this.events.append({ ...about, type: 'run.cancelled', payload: { by: actor, reason } });
    }
    return asked;
  }

  private async takeOffTheDesk(run: TrainingRun, actor: string, reason: string): Promise<TrainingRun> {
    if (run.status === 'rolling_out') return this.abort(run, actor, reason);
    const proposal = run.status === 'awaiting_approval' ? await this.deployments.ofRun(run.id) : undefined;
    if (!proposal) {
      const told = `Run ${run.id} is over: it is ${run.status}. Only runs that are not over can be cancelled.`;
      throw conflict('run_finished', told, { status: run.status });
    }
    const decision = { status: 'rejected' as const, by: actor, reason, at: this.clock.now() };
    if (!(await this.deployments.decide(proposal.id, 'awaiting_approval', decision))) throw notAwaiting(run);
    const closed = await this.closing.execute(run, { status: 'cancelled', actor, reason, asOf: run.asOf });
    await this.events.append(closed.event);
    return closed.run;
  }

  private async abort(run: TrainingRun, actor: string, reason: string): Promise<TrainingRun> {
    const rollout = await this.rollouts.active(run.model);
    if (rollout?.runId !== run.id) throw notAwaiting(run);
    await this.aborting.execute({ rolloutId: rollout.id, actor, reason, run: 'cancelled' });
    return (await this.runs.find(run.id)) ?? run;
  }
}
