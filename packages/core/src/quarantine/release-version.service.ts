import { EventLog } from '../event/event-log.port.js';
import { Models } from '../model/models.port.js';
import { Clock } from '../shared/clock.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import type { Quarantine } from './quarantine.js';
import { Quarantines } from './quarantines.port.js';

export interface ReleaseVersion {
  readonly model: string;
  readonly version: number;
  readonly actor: string;
  readonly reason: string;
}

/** A person lets a version out of quarantine: it may be promoted again, and is not by that. */
@Service()
export class ReleaseVersionService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly quarantines: Quarantines,
    private readonly models: Models,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `unknown_version`, or as a conflict with `not_quarantined`. */
  execute({ model, version, actor, reason }: ReleaseVersion): Promise<Quarantine> {
    return this.unitOfWork.transaction(async () => {
      if (!(await this.models.version(model, version))) {
        throw notFound('unknown_version', `Model "${model}" has no version ${version}.`);
      }
      const released = await this.quarantines.release(model, version, { by: actor, reason, at: this.clock.now() });
      if (!released) throw conflict('not_quarantined', `Version ${version} of "${model}" is not in quarantine.`);
      await this.events.append({ type: 'version.released', model, actor, payload: { version, reason } });
      return released;
    });
  }
}
