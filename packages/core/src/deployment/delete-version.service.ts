import { EventLog } from '../event/event-log.port.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { Probations } from '../probation/probations.port.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { Deployments } from './deployments.port.js';
import { RollbackTarget } from './rollback-target.service.js';

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
    private readonly deployments: Deployments,
    private readonly rollouts: Rollouts,
    private readonly probations: Probations,
    private readonly targets: RollbackTarget,
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
      const use = await this.useOf(model, version);
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

  /** What needs the version, as the end of a sentence; undefined when nothing does. */
  private async useOf(model: string, version: number): Promise<string | undefined> {
    const champion = await this.models.alias(model, 'champion');
    if (champion?.version === version) return 'is the champion';
    const { items } = await this.models.aliasMoves(model, 'champion', { limit: 1 });
    const target = champion && (await this.targets.of(model, champion.version));
    if (version === target || version === items[0]?.previousVersion)
      return 'is what a roll-back of the champion leads to';
    const rollout = await this.rollouts.active(model);
    if (rollout?.challenger === version) return `is tried beside the champion (rollout ${rollout.id})`;
    if (rollout?.champion === version) return `is what rollout ${rollout.id} compares with`;
    const watching = await this.probations.watching(model);
    const watched = watching.find((row) => row.version === version || row.previousVersion === version);
    if (watched) return `is part of the probation of version ${watched.version}`;
    const [waiting] = await this.deployments.awaiting(model, version);
    if (waiting) return `waits for approval (deployment ${waiting.id}); reject that first`;
    const challenger = await this.models.alias(model, 'challenger');
    return challenger?.version === version ? 'is the challenger, until another version is tried' : undefined;
  }
}
