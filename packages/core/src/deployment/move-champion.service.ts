import type { NewEvent } from '../event/event-map.js';
import { Signals } from '../event/signals.port.js';
import { Models } from '../model/models.port.js';
import { QuarantineGate } from '../quarantine/quarantine-gate.service.js';
import { CloseRollout } from '../rollout/close-rollout.service.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { conflict } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { championChanged } from './champion-changed.js';
import { ChampionLedger } from './champion-ledger.service.js';
import type { Deployment } from './deployment.js';

export interface ChampionMove {
  readonly deployment: Pick<Deployment, 'id' | 'model' | 'version' | 'runId' | 'kind'>;
  /** Version that serves according to whoever decided; undefined when none does. */
  readonly expectedVersion: number | undefined;
  readonly actor: string;
  readonly reason: string;
  readonly asOf: Date;
}

/**
 * The one place where the champion changes: alias and hint in the caller's transaction. A rollout beside the champion before is
 * superseded with it: what it was compared with answers no more.
 *
 * The events come back instead of being appended: writers of the log wait for each other, so every transaction changes
 * its rows first and appends last.
 */
@Service()
export class MoveChampionService {
  constructor(
    private readonly models: Models,
    private readonly quarantine: QuarantineGate,
    private readonly rollouts: Rollouts,
    private readonly closing: CloseRollout,
    private readonly ledger: ChampionLedger,
    private readonly signals: Signals,
  ) {}

  /**
   * Rejects with `champion_changed` when another version serves than the decision was made against, with
   * `version_quarantined`, and with `registry_tampered` when the present champion was never decided on: only a roll-back
   * leads out of that.
   */
  async execute({ deployment, expectedVersion, actor, reason, asOf }: ChampionMove): Promise<readonly NewEvent[]> {
    const { model, version, id: deploymentId } = deployment;
    const current = await this.models.alias(model, 'champion');
    if (current?.version !== expectedVersion) throw championChanged(model, expectedVersion, current?.version);
    const appointed = await this.models.version(model, version);
    if (appointed) await this.quarantine.check(appointed);
    if (deployment.kind !== 'rollback') await this.refuseTampered(model);
    // The rollout's row before the alias, as the end of a rollout takes them.
    const superseded = await this.supersede(model, version, asOf);
    const expectedRevision = current?.revision ?? 0;
    const move = { model, alias: 'champion' as const, version, expectedRevision, deploymentId, actor, reason, asOf };
    if (!(await this.models.moveAlias(move))) {
      const winner = await this.models.alias(model, 'champion');
      throw championChanged(model, expectedVersion, winner?.version);
    }
    await this.signals.send({ kind: 'champion_moved', model });
    return [eventOf({ deployment, expectedVersion, actor, reason, asOf }), ...superseded];
  }

  private async refuseTampered(model: string): Promise<void> {
    const { current, problem, head } = await this.ledger.audit(model);
    if (current) return;
    const told = `Nobody has decided on the present champion of "${model}". ${problem ?? ''}`;
    const advice = head ? ` Roll back to version ${head.version}, which was.` : '';
    throw conflict('registry_tampered', `${told}${advice}`);
  }

  private async supersede(model: string, version: number, asOf: Date): Promise<readonly NewEvent[]> {
    for (;;) {
      const rollout = await this.rollouts.active(model);
      if (!rollout) return [];
      const reason = `Version ${version} became the champion meanwhile.`;
      const events = await this.closing.execute(rollout, { status: 'superseded', actor: 'system', reason, asOf });
      if (events) return events;
    }
  }
}

function eventOf({ deployment, expectedVersion: previousVersion, actor, reason, asOf }: ChampionMove): NewEvent {
  const { id: deploymentId, model, version, runId } = deployment;
  const about = { model, runId, actor, asOf };
  if (deployment.kind === 'rollback' && previousVersion !== undefined) {
    return { ...about, type: 'deployment.rolled_back', payload: { deploymentId, version, previousVersion, reason } };
  }
  return { ...about, type: 'deployment.promoted', payload: { deploymentId, version, previousVersion } };
}
