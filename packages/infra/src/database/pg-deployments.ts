import {
  Deployments,
  type Approval,
  type ApprovedDeployment,
  type Clock,
  type Deployment,
  type DeploymentDecision,
  type DeploymentStatus,
  type NewDeployment,
  type Page,
  type PageRequest,
} from '@retrain/core';
import type { Database } from './database.js';
import { pgPage } from './pg-page.js';
import { approvalSchema, deploymentSchema } from './schema/runs.schema.js';
import { isUuid } from './uuid.js';

export class PgDeployments extends Deployments {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async insert(deployment: NewDeployment): Promise<Deployment> {
    const { id, model, version, previousVersion, runId, kind, strategy, status, evidence } = deployment;
    const inserted = await this.one(
      `INSERT INTO deployments (id, model, version, previous_version, run_id, kind, strategy, status, evidence,
         artifact_sha256, evidence_hash, requested_by, reason, as_of, expires_at, created_at, quorum, four_eyes)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
       ON CONFLICT (run_id) DO NOTHING RETURNING *`,
      [
        ...[id, model, version, previousVersion ?? null, runId ?? null, kind, strategy, status],
        ...[JSON.stringify(evidence), deployment.artifactSha256, deployment.evidenceHash, deployment.requestedBy],
        ...[deployment.reason, deployment.asOf, deployment.expiresAt ?? null, this.clock.now()],
        ...[deployment.quorum, deployment.fourEyes],
      ],
    );
    return inserted ?? (await this.ofRun(runId!))!;
  }

  async find(id: string): Promise<Deployment | undefined> {
    return isUuid(id) ? this.one(`SELECT * FROM deployments WHERE id = $1`, [id]) : undefined;
  }

  withIds(ids: readonly string[]): Promise<readonly Deployment[]> {
    const sql = `SELECT * FROM deployments WHERE id = ANY($1)`;
    return this.database.objects<Deployment>(deploymentSchema, sql, [ids.filter(isUuid)]);
  }

  async ofRun(runId: string): Promise<Deployment | undefined> {
    return isUuid(runId) ? this.one(`SELECT * FROM deployments WHERE run_id = $1`, [runId]) : undefined;
  }

  async decide(id: string, from: DeploymentStatus, decision: DeploymentDecision): Promise<Deployment | undefined> {
    if (!isUuid(id)) return undefined;
    return this.one(
      `UPDATE deployments SET status = $3, decided_by = $4, decision_reason = $5, decided_at = $6
       WHERE id = $1 AND status = $2 RETURNING *`,
      [id, from, decision.status, decision.by, decision.reason, decision.at],
    );
  }

  async approve(approval: Approval): Promise<ApprovedDeployment | undefined> {
    const { deploymentId: id, actor, reason, artifactSha256, evidenceHash, at } = approval;
    if (!isUuid(id)) return undefined;
    const waiting = `SELECT * FROM deployments WHERE id = $1 AND status = 'awaiting_approval' FOR NO KEY UPDATE`;
    const deployment = await this.one(waiting, [id]);
    if (!deployment) return undefined;
    const { count } = await this.database.query(
      `INSERT INTO approvals (deployment_id, actor, reason, artifact_sha256, evidence_hash, at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [id, actor, reason, artifactSha256, evidenceHash, at],
    );
    return { deployment, approvals: await this.approvals([id]), added: count > 0 };
  }

  approvals(deploymentIds: readonly string[]): Promise<readonly Approval[]> {
    const sql = `SELECT * FROM approvals WHERE deployment_id = ANY($1) ORDER BY position`;
    return this.database.objects<Approval>(approvalSchema, sql, [deploymentIds.filter(isUuid)]);
  }

  list(model: string, page: PageRequest): Promise<Page<Deployment>> {
    const list = { schema: deploymentSchema, table: 'deployments', by: 'position' };
    return pgPage<Deployment>(this.database, { ...list, where: 'model = $1', parameters: [model] }, page);
  }

  awaiting(model: string, version: number): Promise<readonly Deployment[]> {
    const sql = `SELECT * FROM deployments WHERE model = $1 AND version = $2 AND status = 'awaiting_approval'`;
    return this.database.objects<Deployment>(deploymentSchema, sql, [model, version]);
  }

  expired(now: Date): Promise<readonly Deployment[]> {
    const waiting = `status = 'awaiting_approval' AND expires_at <= $1`;
    const sql = `SELECT * FROM deployments WHERE ${waiting} ORDER BY position`;
    return this.database.objects<Deployment>(deploymentSchema, sql, [now]);
  }

  private one(sql: string, parameters: readonly unknown[]): Promise<Deployment | undefined> {
    return this.database.object<Deployment>(deploymentSchema, sql, parameters);
  }
}
