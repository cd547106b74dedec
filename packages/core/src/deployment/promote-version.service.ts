import { Models } from '../model/models.port.js';
import { conflict } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { AppointVersion } from './appoint-version.service.js';
import type { Deployment } from './deployment.js';

export interface PromoteVersion {
  readonly model: string;
  readonly version: number;
  /** At once (direct) unless it is to be tried first. */
  readonly strategy?: Deployment['strategy'];
  readonly actor: string;
  readonly reason: string;
  /** Given for a day of the past (a replay); now when left out. */
  readonly asOf?: Date;
}

/** A person lets a registered version serve, whatever gates said of it. */
@Service()
export class PromoteVersionService {
  constructor(
    private readonly models: Models,
    private readonly appointing: AppointVersion,
  ) {}

  /**
   * Rejects with `unknown_model`, `unknown_version`, `already_champion`, `no_champion`, `champion_changed`, or with what keeps the version
   * from being loaded.
   */
  async execute({ model, version, strategy, actor, reason, asOf }: PromoteVersion): Promise<Deployment> {
    const champion = await this.models.alias(model, 'champion');
    if (champion?.version === version) {
      throw conflict('already_champion', `Version ${version} of "${model}" is the champion already.`);
    }
    if (!champion && strategy !== undefined && strategy !== 'direct') {
      throw conflict('no_champion', `Model "${model}" has no champion that version ${version} could be tried beside.`);
    }
    const from = champion?.version;
    return this.appointing.execute({ model, version, kind: 'promotion', strategy, from, actor, reason, asOf });
  }
}
