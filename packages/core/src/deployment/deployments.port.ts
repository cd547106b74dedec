import type { Page, PageRequest } from '../shared/page.js';
import type { Approval } from './approval.js';
import type { Deployment, DeploymentStatus, NewDeployment } from './deployment.js';

export interface DeploymentDecision {
  readonly status: Exclude<DeploymentStatus, 'awaiting_approval'>;
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

/** A deployment right after somebody has approved it. */
export interface ApprovedDeployment {
  /** As it stands, held against every other decision until the unit of work ends. */
  readonly deployment: Deployment;
  /** All of them, first to last. */
  readonly approvals: readonly Approval[];
  /** False when the actor had approved it before: the first one stays as it is. */
  readonly added: boolean;
}

/** The rows of deployments. */
export abstract class Deployments {
  /** A second proposal for the same run returns the first one. */
  abstract insert(deployment: NewDeployment): Promise<Deployment>;
  abstract find(id: string): Promise<Deployment | undefined>;
  /** Those that exist, in any order. */
  abstract withIds(ids: readonly string[]): Promise<readonly Deployment[]>;
  abstract ofRun(runId: string): Promise<Deployment | undefined>;
  /** Compare-and-set from `from`; undefined when it was no longer in that state. */
  abstract decide(id: string, from: DeploymentStatus, decision: DeploymentDecision): Promise<Deployment | undefined>;
  /**
   * Adds an approval to a deployment that waits, one per actor; undefined when it does not wait (any more). Only inside a
   * unit of work: approvals of one deployment follow one another, so that the last one needed sees all others.
   */
  abstract approve(approval: Approval): Promise<ApprovedDeployment | undefined>;
  /** The approvals of these deployments, first to last. */
  abstract approvals(deploymentIds: readonly string[]): Promise<readonly Approval[]>;
  /** Newest first. */
  abstract list(model: string, page: PageRequest): Promise<Page<Deployment>>;
  /** Those of a version that wait for a person. */
  abstract awaiting(model: string, version: number): Promise<readonly Deployment[]>;
  /** Those that wait for a person and whose time has run out. */
  abstract expired(now: Date): Promise<readonly Deployment[]>;
}
