import { refuseDeleted } from '../model/deleted-version.js';
import { Models } from '../model/models.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { AppointVersion } from './appoint-version.service.js';
import type { Deployment } from './deployment.js';
import { RollbackTarget } from './rollback-target.service.js';

export interface Rollback {
  readonly model: string;
  /** The version to go back to; the champion before the present one when left out. */
  readonly version?: number;
  readonly actor: string;
  readonly reason: string;
  /** Also keeps the version that is left from answering again, until a person releases it. */
  readonly quarantine?: boolean;
  /** Given for a day of the past (a replay); now when left out. */
  readonly asOf?: Date;
}

/**
 * Brings an earlier champion back: the same artifact, hence identical predictions.
 *
 * One person's decision, whatever approvals are asked for: it is for emergencies, and can only lead to a version that was
 * let through before and that nobody has taken back.
 */
@Service()
export class RollbackService {
  constructor(
    private readonly models: Models,
    private readonly targets: RollbackTarget,
    private readonly appointing: AppointVersion,
  ) {}

  /**
   * Rejects with `unknown_model`, `unknown_version`, `no_champion`, `no_previous_version`, `already_champion`,
   * `never_served`, `version_deleted`, `champion_changed`, or with what keeps the version from being loaded.
   */
  async execute({ model, version, actor, reason, quarantine, asOf }: Rollback): Promise<Deployment> {
    if (!(await this.models.find(model))) throw notFound('unknown_model', `There is no model "${model}".`);
    const champion = await this.models.alias(model, 'champion');
    if (!champion) throw conflict('no_champion', `Model "${model}" has no champion to roll back from.`);
    const target = version ?? (await this.previousOf(model, champion.version));
    if (target === champion.version) {
      throw conflict('already_champion', `Version ${target} of "${model}" is the champion already.`);
    }
    if (version !== undefined) await this.refuseUnlessServed(model, version);
    const from = champion.version;
    const appointment = { model, version: target, kind: 'rollback' as const, from, actor, reason, asOf };
    return this.appointing.execute({ ...appointment, quarantinesLeft: quarantine });
  }

  private async previousOf(model: string, version: number): Promise<number> {
    const previous = await this.targets.of(model, version);
    if (previous !== undefined) return previous;
    throw conflict('no_previous_version', `No version of "${model}" served before version ${version}. Name one.`);
  }

  /** What was taken back once, or never let through, is a promotion: `promote` asks whoever must be asked. */
  private async refuseUnlessServed(model: string, version: number): Promise<void> {
    const found = await this.models.version(model, version);
    if (!found) throw notFound('unknown_version', `Model "${model}" has no version ${version}.`);
    refuseDeleted(found);
    const served = await this.targets.served(model, version);
    if (served === 'good') return;
    const told = served === 'taken_back' ? 'was rolled back itself' : `never answered for "${model}"`;
    throw conflict('never_served', `Version ${version} ${told}: promote it instead.`);
  }
}
