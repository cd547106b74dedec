import { ConfigStore } from '../config/config-store.port.js';
import type { Deployment } from '../deployment/deployment.js';
import { championChanged } from '../deployment/champion-changed.js';
import type { NewEvent } from '../event/event-map.js';
import { Signals } from '../event/signals.port.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { QuarantineGate } from '../quarantine/quarantine-gate.service.js';
import { Clock } from '../shared/clock.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { CloseRollout } from './close-rollout.service.js';
import { planRollout, shareOf } from './plan-rollout.js';
import type { NewRollout, Rollout } from './rollout.js';
import type { RolloutStrategy } from './rollout-plan.js';
import { factsOf } from './rollout-events.js';
import { Rollouts } from './rollouts.port.js';

export interface RolloutStart {
  /** The deployment whose version is to be tried; it is rolling out already. */
  readonly deployment: Deployment;
  readonly strategy: RolloutStrategy;
  readonly simulated: boolean;
  readonly actor: string;
  readonly reason: string;
  readonly asOf: Date;
}

/** Others may start one at the same moment; each of them is then superseded. */
const TRIES = 20;

/**
 * Starts to try a version beside the champion, in the caller's transaction, which appends the events.
 *
 * One challenger at a time: the one that is being tried is superseded.
 */
@Service()
export class StartRollout {
  constructor(
    private readonly rollouts: Rollouts,
    private readonly models: Models,
    private readonly plugins: PluginRegistry,
    private readonly config: ConfigStore,
    private readonly quarantine: QuarantineGate,
    private readonly closing: CloseRollout,
    private readonly signals: Signals,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Rejects with `champion_changed` when another version serves than the deployment was decided against, with
   * `version_quarantined`, `unknown_version` and `no_scale`.
   */
  async execute(start: RolloutStart): Promise<{ readonly rollout: Rollout; readonly events: readonly NewEvent[] }> {
    const { deployment, actor, reason, asOf } = start;
    const { model, version } = deployment;
    const wanted = await this.newRollout(start);
    const { rollout, superseded } = await this.insert(wanted, start);
    const challenger = await this.models.alias(model, 'challenger');
    const expectedRevision = challenger?.revision ?? 0;
    const move = { model, alias: 'challenger' as const, version, expectedRevision, actor, reason, asOf };
    if (!(await this.models.moveAlias({ ...move, deploymentId: deployment.id }))) {
      throw conflict('challenger_changed', `Another challenger of "${model}" came first. Try again.`);
    }
    await this.signals.send({ kind: 'rollout_changed', model });
    const { strategy, share } = rollout;
    const about = { model, runId: rollout.runId, actor, asOf };
    const started: NewEvent = {
      ...about,
      type: 'rollout.started',
      payload: { ...factsOf(rollout), strategy, share },
    };
    return { rollout, events: [...superseded, started] };
  }

  private async newRollout(start: RolloutStart): Promise<NewRollout> {
    const { deployment, strategy, simulated, actor, reason, asOf } = start;
    const { id: deploymentId, model, version: challenger, runId, previousVersion } = deployment;
    const alias = await this.models.alias(model, 'champion');
    const champion = alias && (await this.models.version(model, alias.version));
    if (!champion || champion.version !== previousVersion) {
      throw championChanged(model, previousVersion, alias?.version);
    }
    const tried = await this.models.version(model, challenger);
    if (!tried) throw notFound('unknown_version', `Model "${model}" has no version ${challenger}.`);
    await this.quarantine.check(tried);
    const row = await this.models.find(model);
    const { task } = this.plugins.models.get(row?.definition ?? model);
    const plan = planRollout(strategy, this.config.forModel(model).deployment, task, champion);
    return {
      id: this.ids.next(),
      ...{ model, deploymentId, runId, strategy, champion: champion.version, challenger, plan },
      share: shareOf(plan, 0),
      ...{ simulated, startedBy: actor, reason, startedAt: this.clock.now(), asOf },
    };
  }

  private async insert(wanted: NewRollout, { asOf }: RolloutStart) {
    const superseded: NewEvent[] = [];
    for (let tries = 0; tries < TRIES; tries++) {
      const active = await this.rollouts.active(wanted.model);
      if (active) {
        const reason = `Version ${wanted.challenger} is tried instead.`;
        const events = await this.closing.execute(active, { status: 'superseded', actor: 'system', reason, asOf });
        superseded.push(...(events ?? []));
      }
      const rollout = await this.rollouts.insert(wanted);
      if (rollout) return { rollout, superseded };
    }
    throw conflict('rollout_busy', `Rollouts of "${wanted.model}" were started by others ${TRIES} times. Try again.`);
  }
}
