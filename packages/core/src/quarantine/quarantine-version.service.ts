import type { NewEvent } from '../event/event-map.js';
import { Models } from '../model/models.port.js';
import { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { identityOf } from './quarantine.js';
import { Quarantines } from './quarantines.port.js';

export interface QuarantineRequest {
  readonly model: string;
  readonly version: number;
  readonly actor: string;
  readonly reason: string;
  readonly asOf?: Date;
}

/** Keeps a version that did harm, and every artifact of the same bytes, from answering again until a person releases it. */
@Service()
export class QuarantineVersion {
  constructor(
    private readonly quarantines: Quarantines,
    private readonly models: Models,
    private readonly clock: Clock,
  ) {}

  /** Joins the caller's transaction, which appends the events: none when it was in quarantine. Rejects with `unknown_version`. */
  async execute({ model, version, actor, reason, asOf }: QuarantineRequest): Promise<readonly NewEvent[]> {
    const found = await this.models.version(model, version);
    if (!found) throw notFound('unknown_version', `Model "${model}" has no version ${version}.`);
    const given = { ...identityOf(found), model, version, by: actor, reason, at: this.clock.now() };
    const added = await this.quarantines.add(given);
    const { sha256 } = found.artifact;
    return added ? [{ type: 'version.quarantined', model, actor, asOf, payload: { version, sha256, reason } }] : [];
  }
}
