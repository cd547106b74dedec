import { ConfigStore } from '../config/config-store.port.js';
import { EventLog } from '../event/event-log.port.js';
import { refuseDeleted } from '../model/deleted-version.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { QuarantineGate } from '../quarantine/quarantine-gate.service.js';
import { QuarantineVersion } from '../quarantine/quarantine-version.service.js';
import { asJson } from '../run/outputs.js';
import { StartRollout } from '../rollout/start-rollout.service.js';
import { refuseFuture } from '../shared/as-of.js';
import { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import { Ids } from '../shared/ids.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { approvalRulesOf, needsSecondPerson } from './approval.js';
import type { Deployment, NewDeployment } from './deployment.js';
import { Deployments } from './deployments.port.js';
import { evidenceHash } from './evidence-hash.js';
import { MoveChampionService } from './move-champion.service.js';
import { PublishChampionService } from './publish-champion.service.js';
import { VersionLoader } from './version-loader.service.js';

const HOUR_MS = 3_600_000;

export interface Appointment {
  readonly model: string;
  readonly version: number;
  readonly kind: Deployment['kind'];
  /** At once (direct) unless it is to be tried first. */
  readonly strategy?: Deployment['strategy'];
  /** The champion that the decision was made against. */
  readonly from: number | undefined;
  readonly actor: string;
  readonly reason: string;
  /** Of a roll-back: the version that is left is quarantined. */
  readonly quarantinesLeft?: boolean;
  readonly asOf?: Date;
}

/**
 * Lets a registered version serve by a person's decision: it is loaded first, so that nothing unreadable ever serves.
 *
 * A promotion becomes a proposal where the configuration asks for more than one person; a roll-back never waits.
 */
@Service()
export class AppointVersion {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly models: Models,
    private readonly deployments: Deployments,
    private readonly plugins: PluginRegistry,
    private readonly versions: VersionLoader,
    private readonly champions: MoveChampionService,
    private readonly quarantine: QuarantineGate,
    private readonly quarantining: QuarantineVersion,
    private readonly rollouts: StartRollout,
    private readonly events: EventLog,
    private readonly publishing: PublishChampionService,
    private readonly config: ConfigStore,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * The deployment: promoted, rolling out, or awaiting approval. Rejects with `unknown_model`, `unknown_version`,
   * `version_quarantined`, `version_deleted`, `champion_changed`, `as_of_in_future`,
   * or with what keeps the version from loading.
   */
  async execute(appointment: Appointment): Promise<Deployment> {
    const { model } = appointment;
    refuseFuture(appointment.asOf, this.clock.now());
    const version = await this.loadable(model, appointment.version);
    const proposal = this.deploymentOf(appointment, version);
    if (proposal.status === 'awaiting_approval') return this.propose(proposal);
    const deployment = await this.unitOfWork.transaction(() => this.appoint(appointment, proposal));
    if (deployment.status === 'promoted') await this.publishing.attempt(model);
    return deployment;
  }

  private async loadable(model: string, number: number): Promise<ModelVersion> {
    const row = await this.models.find(model);
    if (!row) throw notFound('unknown_model', `There is no model "${model}".`);
    const version = await this.models.version(model, number);
    if (!version) throw notFound('unknown_version', `Model "${model}" has no version ${number}.`);
    refuseDeleted(version);
    await this.quarantine.check(version);
    await this.versions.verify(version, this.plugins.models.get(row.definition));
    return version;
  }

  private deploymentOf(appointment: Appointment, { artifact, evaluation }: ModelVersion): NewDeployment {
    const { model, version, kind, strategy = 'direct', from, actor, reason, asOf } = appointment;
    const now = this.clock.now();
    const { deployment } = this.config.forModel(model);
    const rules = approvalRulesOf({ deployment });
    const waits = kind === 'promotion' && needsSecondPerson(rules);
    const released = strategy === 'direct' ? ('promoted' as const) : ('rolling_out' as const);
    const evidence = asJson({ metrics: evaluation?.metrics, judged_against: from, [REPLAYED]: asOf?.toISOString() });
    const expiresAt = new Date(now.getTime() + deployment.approval_expires_hours * HOUR_MS);
    return {
      id: this.ids.next(),
      model,
      version,
      previousVersion: from,
      kind,
      strategy,
      status: waits ? 'awaiting_approval' : released,
      artifactSha256: artifact.sha256,
      evidenceHash: evidenceHash(evidence),
      evidence,
      // One person's decision asks nobody else.
      ...(waits ? rules : { quorum: 1, fourEyes: false }),
      requestedBy: actor,
      reason,
      asOf: asOf ?? now,
      ...(waits ? { expiresAt } : {}),
    };
  }

  private async propose(proposal: NewDeployment): Promise<Deployment> {
    return this.unitOfWork.transaction(async () => {
      await this.models.hold(proposal.model, proposal.version);
      const deployment = await this.deployments.insert(proposal);
      const { id: deploymentId, model, version, requestedBy: actor, asOf } = deployment;
      await this.events.append({ type: 'deployment.proposed', model, actor, asOf, payload: { deploymentId, version } });
      return deployment;
    });
  }

  private async appoint(appointment: Appointment, released: NewDeployment): Promise<Deployment> {
    const { kind, from: expectedVersion, actor, reason } = appointment;
    if (kind === 'rollback') await this.takeBack(appointment);
    const deployment = await this.deployments.insert(released);
    const { asOf, strategy } = deployment;
    const about = { actor, reason, asOf };
    if (strategy !== 'direct') {
      const start = { deployment, strategy, simulated: isReplay(deployment), ...about };
      await this.events.append(...(await this.rollouts.execute(start)).events);
      return deployment;
    }
    const moved = await this.champions.execute({ deployment, expectedVersion, ...about });
    const left = appointment.quarantinesLeft === true ? expectedVersion : undefined;
    const { model } = appointment;
    const quarantined = left === undefined ? [] : await this.quarantining.execute({ model, ...about, version: left });
    await this.events.append(...moved, ...quarantined);
    return deployment;
  }

  /** Marks the deployment that had put the present champion there. */
  private async takeBack({ model, actor: by, reason }: Appointment): Promise<void> {
    const { items } = await this.models.aliasMoves(model, 'champion', { limit: 1 });
    const deploymentId = items[0]?.deploymentId;
    if (deploymentId === undefined) return;
    const decision = { status: 'rolled_back' as const, by, reason, at: this.clock.now() };
    await this.deployments.decide(deploymentId, 'promoted', decision);
  }
}

/** Key of the evidence that names the day a promotion by hand was decided as of, if that was a day of the past. */
const REPLAYED = 'decided_as_of';

/** Whether a promotion by hand was decided as of a day of the past. */
export function isReplay({ evidence }: Pick<Deployment, 'evidence'>): boolean {
  return REPLAYED in evidence;
}
