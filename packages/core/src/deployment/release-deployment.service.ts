import type { NewEvent } from '../event/event-map.js';
import { StartRollout } from '../rollout/start-rollout.service.js';
import type { TrainingRun } from '../run/training-run.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { CloseApproval, notAwaiting, parkedResult } from './close-approval.service.js';
import type { Deployment } from './deployment.js';
import { Deployments } from './deployments.port.js';
import { MoveChampionService } from './move-champion.service.js';

/** An approved deployment, as it waited. */
export interface Release {
  readonly deployment: Deployment;
  readonly run?: TrainingRun;
  /** Whether it is decided about a day of the past. */
  readonly simulated: boolean;
  readonly actor: string;
  readonly reason: string;
  readonly asOf: Date;
}

/** What stands afterwards, and the events to append. */
export interface Released {
  readonly deployment: Deployment;
  readonly run?: TrainingRun;
  readonly events: readonly NewEvent[];
}

/**
 * Lets an approved version answer the way its strategy says: everybody at once, or on trial beside the champion. Joins the
 * caller's transaction, which appends the events.
 */
@Service()
export class ReleaseDeployment {
  constructor(
    private readonly deployments: Deployments,
    private readonly champions: MoveChampionService,
    private readonly rollouts: StartRollout,
    private readonly runs: TrainingRuns,
    private readonly closing: CloseApproval,
    private readonly clock: Clock,
  ) {}

  /** Undefined when the deployment no longer waits. Rejects with `champion_changed`. */
  async execute(release: Release): Promise<Released | undefined> {
    const { deployment: waiting, actor, reason } = release;
    const status = waiting.strategy === 'direct' ? ('promoted' as const) : ('rolling_out' as const);
    const decision = { status, by: actor, reason, at: this.clock.now() };
    const deployment = await this.deployments.decide(waiting.id, 'awaiting_approval', decision);
    if (!deployment) return undefined;
    return status === 'promoted' ? this.promote({ ...release, deployment }) : this.tryOut({ ...release, deployment });
  }

  private async promote({ deployment, run, actor, reason, asOf }: Release): Promise<Released> {
    const { previousVersion: expectedVersion } = deployment;
    const moved = await this.champions.execute({ deployment, expectedVersion, actor, reason, asOf });
    const closed = run && (await this.closing.execute(run, { status: 'deployed', actor, reason, asOf }));
    return { deployment, run: closed?.run, events: [...moved, ...(closed ? [closed.event] : [])] };
  }

  private async tryOut({ deployment, run, simulated, actor, reason, asOf }: Release): Promise<Released> {
    const { strategy, model, version } = deployment;
    if (strategy === 'direct') throw new Error(`Deployment ${deployment.id} is not one to be tried out.`);
    const started = await this.rollouts.execute({ deployment, strategy, simulated, actor, reason, asOf });
    if (!run) return { deployment, events: started.events };
    const at = this.clock.now();
    const result = parkedResult(run, { status: 'rolling_out', at, decision: reason });
    const parked = await this.runs.decide(run.id, 'awaiting_approval', { status: 'rolling_out', at, result });
    if (!parked) throw notAwaiting((await this.runs.find(run.id)) ?? run);
    const about = { model, runId: run.id, actor, asOf };
    const told: NewEvent = { ...about, type: 'run.rolling_out', payload: { version } };
    return { deployment, run: await this.runs.find(run.id), events: [...started.events, told] };
  }
}
