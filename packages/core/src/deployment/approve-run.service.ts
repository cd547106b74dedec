import { EventLog } from '../event/event-log.port.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import type { TrainingRun } from '../run/training-run.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { conflict } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { CloseApproval, notAwaiting } from './close-approval.service.js';
import type { Deployment } from './deployment.js';
import { Deployments } from './deployments.port.js';
import { evidenceHash } from './evidence-hash.js';
import { MoveChampionService } from './move-champion.service.js';
import { pendingApproval, type PendingApproval } from './pending-approval.js';
import { PublishChampionService } from './publish-champion.service.js';
import { VersionLoader } from './version-loader.service.js';

export interface ApprovalDecision {
  readonly runId: string;
  readonly actor: string;
  readonly reason: string;
}

export interface DecidedRun {
  readonly run: TrainingRun;
  readonly deployment: Deployment;
}

/** A person lets an accepted candidate serve. */
@Service()
export class ApproveRunService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly models: Models,
    private readonly plugins: PluginRegistry,
    private readonly versions: VersionLoader,
    private readonly champions: MoveChampionService,
    private readonly publishing: PublishChampionService,
    private readonly closing: CloseApproval,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Promotes exactly what was judged. Rejects with `unknown_run`, or as a conflict: `run_not_awaiting_approval`,
   * `approval_expired`, `artifact_changed`, `evidence_changed`, `champion_changed`.
   */
  async execute({ runId, actor, reason }: ApprovalDecision): Promise<DecidedRun> {
    const pending = await pendingApproval(this.runs, this.deployments, runId);
    await this.check(pending);
    const decided = await this.unitOfWork.transaction(() => this.promote(pending, actor, reason));
    await this.publishing.attempt(decided.run.model);
    return decided;
  }

  private async check({ run, deployment }: PendingApproval): Promise<ModelVersion> {
    const { expiresAt, model } = deployment;
    if (expiresAt && expiresAt <= this.clock.now()) {
      const told = `The approval of run ${run.id} expired at ${expiresAt.toISOString()}. Retrain, or promote the version by hand.`;
      throw conflict('approval_expired', told, { expired_at: expiresAt.toISOString() });
    }
    const version = await this.models.version(model, deployment.version);
    if (version?.artifact.sha256 !== deployment.artifactSha256) {
      throw conflict('artifact_changed', `Version ${deployment.version} is not the artifact that was judged. Retrain.`);
    }
    if (evidenceHash(deployment.evidence) !== deployment.evidenceHash) {
      throw conflict('evidence_changed', `The evidence of run ${run.id} is not what the gates wrote. Retrain.`);
    }
    const row = await this.models.find(model);
    await this.versions.verify(version, this.plugins.models.get(row?.definition ?? model));
    return version;
  }

  private async promote({ run, deployment }: PendingApproval, actor: string, reason: string): Promise<DecidedRun> {
    const at = this.clock.now();
    const decision = { status: 'promoted' as const, by: actor, reason, at };
    const promoted = await this.deployments.decide(deployment.id, 'awaiting_approval', decision);
    if (!promoted) throw notAwaiting((await this.runs.find(run.id)) ?? run);
    const asOf = run.simulated ? run.asOf : at;
    const { id: deploymentId, version, model, previousVersion } = promoted;
    const about = { model, runId: run.id, actor, asOf };
    const payload = { deploymentId, version, by: actor, reason };
    const expectedVersion = previousVersion;
    const moved = await this.champions.execute({ deployment: promoted, expectedVersion, actor, reason, asOf });
    const closed = await this.closing.execute(run, { status: 'deployed', actor, reason, asOf });
    await this.events.append({ ...about, type: 'deployment.approved', payload }, moved, closed.event);
    return { run: closed.run, deployment: promoted };
  }
}
