import type { RolloutStrategy } from '../rollout/rollout-plan.js';
import type { JsonObject } from '../shared/json.js';

/** The states of a deployment. */
export type DeploymentStatus =
  'awaiting_approval' | 'rolling_out' | 'promoted' | 'rejected' | 'expired' | 'superseded' | 'rolled_back';

/** The proposal to let a version answer, and what became of it. */
export interface Deployment {
  readonly id: string;
  readonly model: string;
  readonly version: number;
  /** The champion it replaces; undefined for the first. */
  readonly previousVersion?: number;
  readonly runId?: string;
  readonly kind: 'promotion' | 'rollback';
  readonly strategy: 'direct' | RolloutStrategy;
  readonly status: DeploymentStatus;
  /** sha256 of the artifact the approval is bound to. */
  readonly artifactSha256: string;
  /** sha256 over the gates' verdicts the approval is bound to. */
  readonly evidenceHash: string;
  readonly evidence: JsonObject;
  /** Different people who must approve; decided when it was proposed, and never less afterwards. */
  readonly quorum: number;
  /** Nobody approves what he has asked for himself. */
  readonly fourEyes: boolean;
  readonly requestedBy: string;
  readonly reason: string;
  readonly decidedBy?: string;
  readonly decisionReason?: string;
  readonly asOf: Date;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly decidedAt?: Date;
}

/** Whether its version answers callers, or is on trial to: too late then to simply stop the run that made it. */
export function isReleased(deployment: Pick<Deployment, 'status'> | undefined): boolean {
  return deployment?.status === 'promoted' || deployment?.status === 'rolling_out';
}

export type NewDeployment = Omit<Deployment, 'createdAt' | 'decidedAt' | 'decidedBy' | 'decisionReason'>;
