import { EventLog } from '../event/event-log.port.js';
import type { NewEvent } from '../event/event-map.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import type { TrainingRun } from '../run/training-run.js';
import { Clock } from '../shared/clock.port.js';
import { conflict } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { countedApprovals, refuseApprover, type Approval, type ApprovalRules } from './approval.js';
import type { Deployment } from './deployment.js';
import { Deployments } from './deployments.port.js';
import { evidenceHash } from './evidence-hash.js';
import { isReplay } from './appoint-version.service.js';
import { PendingApprovals, requestersOf, type PendingApproval } from './pending-approval.service.js';
import { PublishChampionService } from './publish-champion.service.js';
import { ReleaseDeployment } from './release-deployment.service.js';
import { VersionLoader } from './version-loader.service.js';

/** What the person was shown; refused when it is not what waits. Left out: whatever waits is approved. */
export interface SeenEvidence {
  readonly artifactSha256?: string;
  readonly evidenceHash?: string;
}

export interface ApproveDeployment {
  readonly deploymentId: string;
  readonly actor: string;
  readonly reason: string;
  readonly seen?: SeenEvidence;
}

/** What an approval led to. */
export interface ApprovalOutcome {
  /** Promoted, rolling out, or still waiting for further people. */
  readonly deployment: Deployment;
  readonly run?: TrainingRun;
  /** Those that count, this one among them. */
  readonly approvals: readonly Approval[];
  readonly rules: ApprovalRules;
}

/** A person lets a proposal through; the last one whom the rules ask for lets it answer, or be tried, in the same transaction. */
@Service()
export class ApproveDeploymentService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly pending: PendingApprovals,
    private readonly deployments: Deployments,
    private readonly models: Models,
    private readonly plugins: PluginRegistry,
    private readonly versions: VersionLoader,
    private readonly releasing: ReleaseDeployment,
    private readonly publishing: PublishChampionService,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Rejects with `unknown_deployment`; as forbidden with `approver_unknown`, `self_approval`; as a conflict with
   * `deployment_not_awaiting_approval`, `run_not_awaiting_approval`, `approval_expired`, `already_approved`,
   * `artifact_changed`, `evidence_changed`, `champion_changed`.
   */
  async execute(given: ApproveDeployment): Promise<ApprovalOutcome> {
    const pending = await this.pending.find(given.deploymentId);
    const { deployment } = pending;
    this.refuseUnlessSound(deployment);
    refuseUnseen(deployment, given.seen ?? {});
    refuseApprover(given.actor, this.pending.rulesOf(deployment), requestersOf(pending));
    await this.loadable(deployment);
    const outcome = await this.unitOfWork.transaction(() => this.approve(pending, given));
    if (outcome.deployment.status === 'promoted') await this.publishing.attempt(deployment.model);
    return outcome;
  }

  /** What the row itself must still be; asked before the work and again while the row is held. */
  private refuseUnlessSound(deployment: Deployment): void {
    const { id, expiresAt, evidence } = deployment;
    if (expiresAt && expiresAt <= this.clock.now()) {
      const told = `The approval of deployment ${id} expired at ${expiresAt.toISOString()}. Retrain, or propose the version again.`;
      throw conflict('approval_expired', told, { expired_at: expiresAt.toISOString() });
    }
    if (evidenceHash(evidence) !== deployment.evidenceHash) throw evidenceChanged(deployment);
  }

  /** Rejects unless the version is the artifact that was judged and could serve. */
  private async loadable(deployment: Deployment): Promise<void> {
    const version = await this.judgedVersion(deployment);
    const row = await this.models.find(deployment.model);
    await this.versions.verify(version, this.plugins.models.get(row?.definition ?? deployment.model));
  }

  private async judgedVersion({ model, version: number, artifactSha256 }: Deployment) {
    const version = await this.models.version(model, number);
    if (version?.artifact.sha256 === artifactSha256) return version;
    throw conflict('artifact_changed', `Version ${number} is not the artifact that was judged. Retrain.`);
  }

  private async approve(pending: PendingApproval, given: ApproveDeployment): Promise<ApprovalOutcome> {
    const { actor, reason } = given;
    const { artifactSha256, evidenceHash: hash, id: deploymentId } = pending.deployment;
    const approval = { deploymentId, actor, reason, artifactSha256, evidenceHash: hash, at: this.clock.now() };
    const held = await this.deployments.approve(approval);
    if (!held) throw await this.pending.over(pending.deployment);
    const { deployment } = held;
    this.refuseUnlessSound(deployment);
    if (deployment.evidenceHash !== hash) throw evidenceChanged(deployment);
    if (deployment.artifactSha256 !== artifactSha256) throw artifactReplaced(deployment);
    await this.judgedVersion(deployment);
    const rules = this.pending.rulesOf(deployment);
    const requesters = requestersOf({ ...pending, deployment });
    refuseApprover(actor, rules, requesters);
    if (!held.added) {
      const told = `${actor} has approved deployment ${deploymentId} already; one person counts once.`;
      throw conflict('already_approved', told);
    }
    const approvals = countedApprovals(deployment, held.approvals, rules, requesters);
    const payload = { deploymentId, version: deployment.version, by: actor, reason };
    const progress = { given: approvals.length, required: rules.quorum };
    const events: NewEvent[] = [
      { ...aboutOf(pending, actor, approval.at), type: 'approval.given', payload: { ...payload, ...progress } },
    ];
    const outcome =
      approvals.length < rules.quorum
        ? { deployment, run: pending.run }
        : await this.release({ ...pending, deployment }, given, events);
    await this.events.append(...events);
    return { ...outcome, approvals, rules };
  }

  /** Joins the transaction of the deciding approval. */
  private async release({ run, deployment: waiting }: PendingApproval, given: ApproveDeployment, events: NewEvent[]) {
    const { actor, reason } = given;
    const about = aboutOf({ run, deployment: waiting }, actor, this.clock.now());
    const simulated = isReplayed({ run, deployment: waiting });
    const { asOf } = about;
    const released = await this.releasing.execute({ deployment: waiting, run, simulated, actor, reason, asOf });
    if (!released) throw await this.pending.over(waiting);
    const payload = { deploymentId: waiting.id, version: waiting.version, by: actor, reason };
    events.push({ ...about, type: 'deployment.approved', payload }, ...released.events);
    return { deployment: released.deployment, run: released.run };
  }
}

/** A decision about a day of the past counts as of that day. */
function aboutOf({ run, deployment }: PendingApproval, actor: string, at: Date) {
  const asOf = isReplayed({ run, deployment }) ? deployment.asOf : at;
  return { model: deployment.model, runId: deployment.runId, actor, asOf };
}

function isReplayed({ run, deployment }: PendingApproval): boolean {
  return run ? run.simulated : isReplay(deployment);
}

function refuseUnseen(deployment: Deployment, seen: SeenEvidence): void {
  if (seen.artifactSha256 !== undefined && seen.artifactSha256.toLowerCase() !== deployment.artifactSha256) {
    throw artifactReplaced(deployment);
  }
  if (seen.evidenceHash !== undefined && seen.evidenceHash.toLowerCase() !== deployment.evidenceHash) {
    const told = `What waits rests on the evidence ${deployment.evidenceHash}, not on what you were shown (${seen.evidenceHash}).`;
    throw conflict('evidence_changed', `${told} Look at it again.`, { evidence_hash: deployment.evidenceHash });
  }
}

function evidenceChanged({ id }: Deployment) {
  return conflict('evidence_changed', `The evidence of deployment ${id} is not what the gates wrote. Retrain.`);
}

function artifactReplaced({ id, artifactSha256 }: Deployment) {
  const told = `Deployment ${id} is about the artifact ${artifactSha256}, not the one that you were shown.`;
  return conflict('artifact_changed', `${told} Look at it again.`, { artifact_sha256: artifactSha256 });
}
