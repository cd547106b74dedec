import type { Page, PageRequest } from '../shared/page.js';
import type { Deployment, DeploymentStatus, NewDeployment } from './deployment.js';

export interface DeploymentDecision {
  readonly status: Exclude<DeploymentStatus, 'awaiting_approval'>;
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

/** The rows of deployments. */
export abstract class Deployments {
  /** A second proposal for the same run returns the first one. */
  abstract insert(deployment: NewDeployment): Promise<Deployment>;
  abstract find(id: string): Promise<Deployment | undefined>;
  abstract ofRun(runId: string): Promise<Deployment | undefined>;
  /** Compare-and-set from `from`; undefined when it was no longer in that state. */
  abstract decide(id: string, from: DeploymentStatus, decision: DeploymentDecision): Promise<Deployment | undefined>;
  /** Newest first. */
  abstract list(model: string, page: PageRequest): Promise<Page<Deployment>>;
  /** Those that wait for a person and whose time has run out. */
  abstract expired(now: Date): Promise<readonly Deployment[]>;
}
