import { EventLog } from '../event/event-log.port.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { VersionUse } from './version-use.service.js';

export interface DeleteVersion {
  readonly model: string;
  readonly version: number;
  readonly actor: string;
  readonly reason: string;
}

/** Deletes a version for good, unless somebody answers with it or may have to: it can be neither promoted nor rolled back to. */
@Service()
export class DeleteVersionService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: Models,
    private readonly uses: VersionUse,
    private readonly events: EventLog,
  ) {}

  /**
   * The version as it is then; a second deletion changes nothing. Rejects with `unknown_version`, or with the conflict
   * `version_in_use` saying by what.
   */
  execute({ model, version, actor, reason }: DeleteVersion): Promise<ModelVersion> {
    return this.unitOfWork.transaction(async () => {
      // Marked first, judged after: whoever appoints it waits for this unit of work, or was waited for and is seen below.
      const marked = await this.models.markDeleted(model, version, actor);
      if (!marked) return this.found(model, version);
      const use = await this.uses.of(model, version);
      if (use !== undefined) {
        const told = `Version ${version} of "${model}" cannot be deleted: it ${use}.`;
        throw conflict('version_in_use', told, { version });
      }
      await this.events.append({ type: 'version.deleted', model, actor, payload: { version, reason } });
      return marked;
    });
  }

  private async found(model: string, version: number): Promise<ModelVersion> {
    const found = await this.models.version(model, version);
    if (!found) throw notFound('unknown_version', `Model "${model}" has no version ${version}.`);
    return found;
  }
}
