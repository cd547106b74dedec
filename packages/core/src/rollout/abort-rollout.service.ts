import { EventLog } from '../event/event-log.port.js';
import { Clock } from '../shared/clock.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { CloseRollout, type RolloutClosing } from './close-rollout.service.js';
import type { Rollout } from './rollout.js';
import { Rollouts } from './rollouts.port.js';

export interface AbortRollout {
  readonly rolloutId: string;
  readonly actor: string;
  readonly reason: string;
  /** What becomes of its run; rejected unless given. */
  readonly run?: RolloutClosing['run'];
}

/** The rollout may change step while somebody aborts it. */
const TRIES = 5;

/** A person ends a rollout; the champion answers everybody again. */
@Service()
export class AbortRolloutService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly rollouts: Rollouts,
    private readonly closing: CloseRollout,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `unknown_rollout`, or with `rollout_over` when it has ended already. */
  async execute({ rolloutId, actor, reason, run }: AbortRollout): Promise<Rollout> {
    for (let tries = 0; tries < TRIES; tries++) {
      const rollout = await this.rollouts.find(rolloutId);
      if (!rollout) throw notFound('unknown_rollout', `There is no rollout ${rolloutId}.`);
      if (rollout.status !== 'running') break;
      const asOf = rollout.simulated ? rollout.asOf : this.clock.now();
      const closed = await this.unitOfWork.transaction(async () => {
        const events = await this.closing.execute(rollout, { status: 'aborted', actor, reason, asOf, run });
        if (events) await this.events.append(...events);
        return events;
      });
      if (closed) return (await this.rollouts.find(rolloutId))!;
    }
    const { status } = (await this.rollouts.find(rolloutId))!;
    throw conflict('rollout_over', `Rollout ${rolloutId} is over: it was ${status}.`, { status });
  }
}
