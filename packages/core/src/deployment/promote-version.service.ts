import { Models } from '../model/models.port.js';
import { conflict } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { AppointVersion } from './appoint-version.service.js';
import type { Deployment } from './deployment.js';

export interface PromoteVersion {
  readonly model: string;
  readonly version: number;
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
   * Rejects with `unknown_model`, `unknown_version`, `already_champion`, `champion_changed`, or with what keeps the version
   * from being loaded.
   */
  async execute({ model, version, actor, reason, asOf }: PromoteVersion): Promise<Deployment> {
    const champion = await this.models.alias(model, 'champion');
    if (champion?.version === version) {
      throw conflict('already_champion', `Version ${version} of "${model}" is the champion already.`);
    }
    return this.appointing.execute({ model, version, kind: 'promotion', from: champion?.version, actor, reason, asOf });
  }
}
