import { CloseApproval } from '../deployment/close-approval.service.js';
import type { DeploymentStatus } from '../deployment/deployment.js';
import { Deployments } from '../deployment/deployments.port.js';
import type { NewEvent } from '../event/event-map.js';
import { Signals } from '../event/signals.port.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import type { Rollout } from './rollout.js';
import { factsOf } from './rollout-events.js';
import { rolloutTransition, type RolloutEnd } from './rollout-transitions.js';
import { Rollouts } from './rollouts.port.js';

export interface RolloutClosing {
  readonly status: RolloutEnd;
  readonly actor: string;
  readonly reason: string;
  /** On the rollout's clock. */
  readonly asOf: Date;
  /** What becomes of its run where it is not deployed; rejected unless given. */
  readonly run?: 'rejected' | 'cancelled';
}

type Ended = Exclude<DeploymentStatus, 'awaiting_approval' | 'rolling_out' | 'expired'>;

/** What becomes of the deployment. */
const deploymentEnds: Readonly<Record<RolloutEnd, Ended>> = {
  promoted: 'promoted',
  rolled_back: 'rolled_back',
  undecided: 'rejected',
  aborted: 'rejected',
  superseded: 'superseded',
};

/** Ends a rollout with its deployment and its run, in the caller's transaction, which appends the events. */
@Service()
export class CloseRollout {
  constructor(
    private readonly rollouts: Rollouts,
    private readonly deployments: Deployments,
    private readonly runs: TrainingRuns,
    private readonly closing: CloseApproval,
    private readonly signals: Signals,
    private readonly clock: Clock,
  ) {}

  /** The events to append; undefined when somebody else has changed the rollout first. */
  async execute(rollout: Rollout, given: RolloutClosing): Promise<readonly NewEvent[] | undefined> {
    const { status, actor, reason, asOf } = given;
    const at = this.clock.now();
    rolloutTransition(rollout.status, status);
    const ended = await this.rollouts.end(rollout.id, rollout.revision, { status, at, asOf, by: actor, reason });
    if (!ended) return undefined;
    const decision = { status: deploymentEnds[status], by: actor, reason, at };
    await this.deployments.decide(rollout.deploymentId, 'rolling_out', decision);
    const run = await this.closeRun(rollout, given);
    await this.signals.send({ kind: 'rollout_changed', model: rollout.model });
    const about = { model: rollout.model, runId: rollout.runId, actor, asOf };
    return [{ ...about, type: `rollout.${status}`, payload: { ...factsOf(rollout), reason } }, ...run];
  }

  /** A run that has not come to rest yet is closed by `settleRuns` of the watch, once it has. */
  private async closeRun({ runId }: Rollout, given: RolloutClosing): Promise<readonly NewEvent[]> {
    const run = runId === undefined ? undefined : await this.runs.find(runId);
    if (run?.status !== 'rolling_out') return [];
    const { actor, reason, asOf } = given;
    const status = given.status === 'promoted' ? 'deployed' : (given.run ?? 'rejected');
    return [(await this.closing.execute(run, { status, actor, reason, asOf })).event];
  }
}
