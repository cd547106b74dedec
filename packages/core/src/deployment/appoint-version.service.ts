import { EventLog } from '../event/event-log.port.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { asJson } from '../run/outputs.js';
import { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import type { Deployment } from './deployment.js';
import { Deployments } from './deployments.port.js';
import { evidenceHash } from './evidence-hash.js';
import { MoveChampionService } from './move-champion.service.js';
import { PublishChampionService } from './publish-champion.service.js';
import { VersionLoader } from './version-loader.service.js';

export interface Appointment {
  readonly model: string;
  readonly version: number;
  readonly kind: Deployment['kind'];
  /** The champion that the decision was made against. */
  readonly from: number | undefined;
  readonly actor: string;
  readonly reason: string;
  readonly asOf?: Date;
}

/** Lets a registered version serve by a person's decision: it is loaded first, so that nothing unreadable ever serves. */
@Service()
export class AppointVersion {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly plugins: PluginRegistry,
    private readonly versions: VersionLoader,
    private readonly champions: MoveChampionService,
    private readonly events: EventLog,
    private readonly publishing: PublishChampionService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Rejects with `unknown_model`, `unknown_version`, `champion_changed`, or with what keeps the version from loading. */
  async execute(appointment: Appointment): Promise<Deployment> {
    const { model, from, actor, reason } = appointment;
    const version = await this.loadable(model, appointment.version);
    const now = this.clock.now();
    const asOf = appointment.asOf ?? now;
    const deployment = await this.unitOfWork.transaction(async () => {
      if (appointment.kind === 'rollback') await this.takeBack(appointment, now);
      const evidence = asJson({ metrics: version.evaluation?.metrics });
      const added = await this.deployments.insert({
        id: this.ids.next(),
        model,
        version: version.version,
        previousVersion: from,
        kind: appointment.kind,
        strategy: 'direct',
        status: 'promoted',
        artifactSha256: version.artifact.sha256,
        evidenceHash: evidenceHash(evidence),
        evidence,
        requestedBy: actor,
        reason,
        asOf,
      });
      const moved = await this.champions.execute({ deployment: added, expectedVersion: from, actor, reason, asOf });
      await this.events.append(moved);
      return added;
    });
    await this.publishing.attempt(model);
    return deployment;
  }

  private async loadable(model: string, number: number): Promise<ModelVersion> {
    const row = await this.models.find(model);
    if (!row) throw notFound('unknown_model', `There is no model "${model}".`);
    const version = await this.models.version(model, number);
    if (!version) throw notFound('unknown_version', `Model "${model}" has no version ${number}.`);
    await this.versions.verify(version, this.plugins.models.get(row.definition));
    return version;
  }

  /** Marks the deployment that had put the present champion there. */
  private async takeBack({ model, actor: by, reason }: Appointment, at: Date): Promise<void> {
    const { items } = await this.models.aliasMoves(model, 'champion', { limit: 1 });
    const deploymentId = items[0]?.deploymentId;
    if (deploymentId === undefined) return;
    await this.deployments.decide(deploymentId, 'promoted', { status: 'rolled_back', by, reason, at });
  }
}
