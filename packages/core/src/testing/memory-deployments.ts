import type { Approval } from '../deployment/approval.js';
import type { Deployment, DeploymentStatus, NewDeployment } from '../deployment/deployment.js';
import { Deployments, type ApprovedDeployment, type DeploymentDecision } from '../deployment/deployments.port.js';
import type { Clock } from '../shared/clock.port.js';
import type { Page, PageRequest } from '../shared/page.js';
import type { MemoryDatabase } from './memory-database.js';
import { pageOf } from './memory-page.js';

interface Row {
  readonly position: number;
  readonly item: Deployment;
}

export class MemoryDeployments extends Deployments {
  private readonly rows;
  private readonly given;
  private position = 0;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {
    super();
    this.rows = database.table<Row>();
    this.given = database.table<Approval>();
  }

  insert(deployment: NewDeployment): Promise<Deployment> {
    return this.database.write(() => {
      const first = deployment.runId === undefined ? undefined : this.proposalOf(deployment.runId);
      if (first) return first;
      const item = { ...deployment, createdAt: this.clock.now() };
      return this.rows.set(deployment.id, { position: ++this.position, item }).item;
    });
  }

  async find(id: string): Promise<Deployment | undefined> {
    return this.rows.get(id)?.item;
  }

  async withIds(ids: readonly string[]): Promise<readonly Deployment[]> {
    return ids.flatMap((id) => this.rows.get(id)?.item ?? []);
  }

  async ofRun(runId: string): Promise<Deployment | undefined> {
    return this.proposalOf(runId);
  }

  decide(id: string, from: DeploymentStatus, decision: DeploymentDecision): Promise<Deployment | undefined> {
    return this.database.write(() => {
      const row = this.rows.get(id);
      if (row?.item.status !== from) return undefined;
      const { status, by, reason, at } = decision;
      const item = { ...row.item, status, decidedBy: by, decisionReason: reason, decidedAt: at };
      return this.rows.set(id, { ...row, item }).item;
    });
  }

  approve(approval: Approval): Promise<ApprovedDeployment | undefined> {
    return this.database.write(() => {
      const deployment = this.rows.get(approval.deploymentId)?.item;
      if (deployment?.status !== 'awaiting_approval') return undefined;
      const key = `${approval.deploymentId}/${approval.actor}`;
      const added = this.given.get(key) === undefined;
      if (added) this.given.set(key, approval);
      return { deployment, approvals: this.approvalsOf([deployment.id]), added };
    });
  }

  async approvals(deploymentIds: readonly string[]): Promise<readonly Approval[]> {
    return this.approvalsOf(deploymentIds);
  }

  async list(model: string, page: PageRequest): Promise<Page<Deployment>> {
    const rows = this.rows.values().filter(({ item }) => item.model === model);
    return pageOf(rows, page, ({ item }) => item);
  }

  async awaiting(model: string, version: number): Promise<readonly Deployment[]> {
    const waiting = ({ item }: Row) => item.status === 'awaiting_approval' && item.model === model;
    return this.rows.values().flatMap((row) => (waiting(row) && row.item.version === version ? [row.item] : []));
  }

  async expired(now: Date): Promise<readonly Deployment[]> {
    const items = this.rows.values().map(({ item }) => item);
    return items.filter(({ status, expiresAt }) => status === 'awaiting_approval' && expiresAt && expiresAt <= now);
  }

  private approvalsOf(deploymentIds: readonly string[]): readonly Approval[] {
    return this.given.values().filter(({ deploymentId }) => deploymentIds.includes(deploymentId));
  }

  private proposalOf(runId: string): Deployment | undefined {
    return this.rows.values().find(({ item }) => item.runId === runId)?.item;
  }
}
