import {
  Rollouts,
  type ArmTally,
  type NewRollout,
  type Page,
  type PageRequest,
  type Rollout,
  type RolloutEnding,
  type RolloutLook,
  type RolloutStep,
} from '@retrain/core';
import type { Database } from './database.js';
import { pgPage } from './pg-page.js';
import { armTallySchema, rolloutLookSchema, rolloutSchema } from './schema/rollouts.schema.js';
import { isUuid } from './uuid.js';

export class PgRollouts extends Rollouts {
  constructor(private readonly database: Database) {
    super();
  }

  insert(rollout: NewRollout): Promise<Rollout | undefined> {
    const { id, model, deploymentId, runId, strategy, champion, challenger, plan, share } = rollout;
    return this.one(
      `INSERT INTO rollouts (id, model, deployment_id, run_id, strategy, champion, challenger, plan, share, simulated,
         started_by, reason, started_at, as_of, step_since, status, step, revision)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, 'running', 0, 1)
       ON CONFLICT (model) WHERE status = 'running' DO NOTHING RETURNING *`,
      [
        ...[id, model, deploymentId, runId ?? null, strategy, champion, challenger, JSON.stringify(plan), share],
        ...[rollout.simulated, rollout.startedBy, rollout.reason, rollout.startedAt, rollout.asOf],
      ],
    );
  }

  async find(id: string): Promise<Rollout | undefined> {
    return isUuid(id) ? this.one(`SELECT * FROM rollouts WHERE id = $1`, [id]) : undefined;
  }

  async ofDeployment(deploymentId: string): Promise<Rollout | undefined> {
    if (!isUuid(deploymentId)) return undefined;
    return this.one(`SELECT * FROM rollouts WHERE deployment_id = $1`, [deploymentId]);
  }

  active(model: string): Promise<Rollout | undefined> {
    return this.one(`SELECT * FROM rollouts WHERE model = $1 AND status = 'running'`, [model]);
  }

  running(): Promise<readonly Rollout[]> {
    const sql = `SELECT * FROM rollouts WHERE status = 'running' ORDER BY position`;
    return this.database.objects<Rollout>(rolloutSchema, sql);
  }

  list(model: string, page: PageRequest): Promise<Page<Rollout>> {
    const list = { schema: rolloutSchema, table: 'rollouts', by: 'position' };
    return pgPage<Rollout>(this.database, { ...list, where: 'model = $1', parameters: [model] }, page);
  }

  advance(id: string, revision: number, { step, share, since }: RolloutStep): Promise<Rollout | undefined> {
    return this.change(id, revision, `step = $3, share = $4, step_since = $5`, [step, share, since]);
  }

  end(id: string, revision: number, { status, at, asOf, by, reason }: RolloutEnding): Promise<Rollout | undefined> {
    const sets = `status = $3, ended_at = $4, ended_as_of = $5, ended_by = $6, end_reason = $7`;
    return this.change(id, revision, sets, [status, at, asOf, by, reason]);
  }

  async addLook(look: RolloutLook): Promise<boolean> {
    const { rolloutId, number, at, asOf, step, share, verdict, code, reason, outcomes, evidence } = look;
    const { count } = await this.database.query(
      `INSERT INTO rollout_looks (rollout_id, number, at, as_of, step, share, verdict, code, reason, outcomes, evidence)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
      [rolloutId, number, at, asOf, step, share, verdict, code, reason, outcomes, JSON.stringify(evidence)],
    );
    return count > 0;
  }

  async lastLook(id: string): Promise<RolloutLook | undefined> {
    return (await this.looks(id, { limit: 1 })).items[0];
  }

  async looks(id: string, page: PageRequest): Promise<Page<RolloutLook>> {
    if (!isUuid(id)) return { items: [] };
    const list = { schema: rolloutLookSchema, table: 'rollout_looks', by: 'number' };
    return pgPage(this.database, { ...list, where: 'rollout_id = $1', parameters: [id] }, page);
  }

  async saveTally({ rolloutId, arm, process, requests, errors, dropped, latencies }: ArmTally): Promise<void> {
    await this.database.query(
      `INSERT INTO rollout_tallies AS known (rollout_id, arm, process, requests, errors, dropped, latencies)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (rollout_id, arm, process) DO UPDATE
       SET requests = $4, errors = $5, dropped = $6, latencies = $7 WHERE known.requests + known.dropped <= $4 + $6`,
      [rolloutId, arm, process, requests, errors, dropped, JSON.stringify(latencies)],
    );
  }

  async tallies(id: string): Promise<readonly ArmTally[]> {
    if (!isUuid(id)) return [];
    return this.database.objects(armTallySchema, `SELECT * FROM rollout_tallies WHERE rollout_id = $1`, [id]);
  }

  /** Changes a running rollout that is at the revision; `$3` and up are the values. */
  private async change(
    id: string,
    revision: number,
    sets: string,
    values: readonly unknown[],
  ): Promise<Rollout | undefined> {
    if (!isUuid(id)) return undefined;
    const held = `id = $1 AND revision = $2 AND status = 'running'`;
    const sql = `UPDATE rollouts SET ${sets}, revision = revision + 1 WHERE ${held} RETURNING *`;
    return this.one(sql, [id, revision, ...values]);
  }

  private one(sql: string, parameters: readonly unknown[]): Promise<Rollout | undefined> {
    return this.database.object<Rollout>(rolloutSchema, sql, parameters);
  }
}
