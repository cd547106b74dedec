import { Models, type AliasMove } from '../model/models.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { AppointVersion } from './appoint-version.service.js';
import type { Deployment } from './deployment.js';
import { Deployments } from './deployments.port.js';

export interface Rollback {
  readonly model: string;
  /** The version to go back to; the champion before the present one when left out. */
  readonly version?: number;
  readonly actor: string;
  readonly reason: string;
  /** Given for a day of the past (a replay); now when left out. */
  readonly asOf?: Date;
}

const SEARCHED = 200;

/** Brings an earlier version back: the same artifact, hence identical predictions. */
@Service()
export class RollbackService {
  constructor(
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly appointing: AppointVersion,
  ) {}

  /**
   * Rejects with `unknown_model`, `unknown_version`, `no_champion`, `no_previous_version`, `already_champion`,
   * `champion_changed`, or with what keeps the version from being loaded.
   */
  async execute({ model, version, actor, reason, asOf }: Rollback): Promise<Deployment> {
    if (!(await this.models.find(model))) throw notFound('unknown_model', `There is no model "${model}".`);
    const champion = await this.models.alias(model, 'champion');
    if (!champion) throw conflict('no_champion', `Model "${model}" has no champion to roll back from.`);
    const target = version ?? (await this.previousOf(model, champion.version));
    if (target === champion.version) {
      throw conflict('already_champion', `Version ${target} of "${model}" is the champion already.`);
    }
    const from = champion.version;
    return this.appointing.execute({ model, version: target, kind: 'rollback', from, actor, reason, asOf });
  }

  /**
   * The version that served before the present one was promoted. Moves that were roll-backs do not count: rolling back
   * twice goes two versions back, not to and fro.
   */
  private async previousOf(model: string, version: number): Promise<number> {
    const { items } = await this.models.aliasMoves(model, 'champion', { limit: SEARCHED });
    for (const move of items) {
      if (move.version !== version || move.previousVersion === undefined) continue;
      if (await this.isPromotion(move)) return move.previousVersion;
    }
    throw conflict('no_previous_version', `No version of "${model}" served before version ${version}. Name one.`);
  }

  private async isPromotion({ deploymentId }: AliasMove): Promise<boolean> {
    const deployment = deploymentId === undefined ? undefined : await this.deployments.find(deploymentId);
    return deployment?.kind !== 'rollback';
  }
}
