import {
  TrainingRuns,
  isFinal,
  type JsonObject,
  type NewTrainingRun,
  type Page,
  type PageRequest,
  type ParkedStatus,
  type RunConclusion,
  type RunDecision,
  type RunFailure,
  type RunStage,
  type TrainingRun,
} from '@retrain/core';
import type { Database } from './database.js';
import { locks } from './locks.js';
import { pgPage } from './pg-page.js';
import { trainingRunSchema } from './schema/runs.schema.js';
import { isUuid } from './uuid.js';

const active = `status IN ('queued', 'running')`;
/** In somebody's hands at the time `$1`. */
const held = `status = 'running' AND lease_until > $1`;
/** Due and in nobody's hands then. */
const due = `(status = 'queued' AND (not_before IS NULL OR not_before <= $1) OR status = 'running' AND lease_until <= $1)`;

export class PgTrainingRuns extends TrainingRuns {
  constructor(private readonly database: Database) {
    super();
  }

  insert(run: NewTrainingRun): Promise<TrainingRun | undefined> {
    return this.one(
      `INSERT INTO training_runs (id, model, status, triggers, reason, forced, requested_by, as_of, simulated,
         requested_at, attempt, progress, outputs, config_revision, prediction_seq)
       VALUES ($1, $2, 'queued', $3, $4, $5, $6, $7, $8, $9, 0, 0, '{}', $10, $11)
       ON CONFLICT (model) WHERE ${active} DO NOTHING RETURNING *`,
      [
        ...[run.id, run.model, run.triggers, run.reason, run.forced, run.requestedBy, run.asOf, run.simulated],
        ...[run.requestedAt, run.configRevision, run.predictionSeq],
      ],
    );
  }

  async find(id: string): Promise<TrainingRun | undefined> {
    return isUuid(id) ? this.one(`SELECT * FROM training_runs WHERE id = $1`, [id]) : undefined;
  }

  active(model: string): Promise<TrainingRun | undefined> {
    return this.one(`SELECT * FROM training_runs WHERE model = $1 AND ${active}`, [model]);
  }

  underWay(): Promise<readonly TrainingRun[]> {
    return this.many(`SELECT * FROM training_runs WHERE ${active} ORDER BY position`, []);
  }

  awaitingApproval(model: string): Promise<readonly TrainingRun[]> {
    return this.many(
      `SELECT * FROM training_runs WHERE model = $1 AND status = 'awaiting_approval' ORDER BY position DESC`,
      [model],
    );
  }

  rollingOut(): Promise<readonly TrainingRun[]> {
    return this.many(`SELECT * FROM training_runs WHERE status = 'rolling_out' ORDER BY position`, []);
  }

  latest(model: string): Promise<TrainingRun | undefined> {
    return this.one(`SELECT * FROM training_runs WHERE model = $1 ORDER BY position DESC LIMIT 1`, [model]);
  }

  list(model: string | undefined, page: PageRequest): Promise<Page<TrainingRun>> {
    const list = { schema: trainingRunSchema, table: 'training_runs', by: 'position' };
    const [where, parameters] = model === undefined ? ['true', []] : ['model = $1', [model]];
    return pgPage<TrainingRun>(this.database, { ...list, where, parameters }, page);
  }

  async count(model: string): Promise<number> {
    const sql = `SELECT count(*)::int AS count FROM training_runs WHERE model = $1`;
    return (await this.database.query<{ count: number }>(sql, [model])).rows[0]!.count;
  }

  async claim(
    id: string,
    token: string,
    now: Date,
    leaseUntil: Date,
    maxConcurrent: number,
  ): Promise<TrainingRun | undefined> {
    if (!isUuid(id)) return undefined;
    return this.database.transaction(async () => {
      // One claim at a time: the counts below hold until this one is committed.
      await this.database.query(`SELECT pg_advisory_xact_lock(${locks.claims}, 0)`);
      return this.one(
        `UPDATE training_runs r SET status = 'running', attempt = attempt + 1, attempt_token = $3, lease_until = $4,
           started_at = coalesce(started_at, $1), not_before = NULL, failure = NULL, progress = 0
         WHERE id = $2 AND ${due}
           AND (SELECT count(*) FROM training_runs o
                WHERE ${active} AND (${held} OR ${due} AND o.position < r.position)) < $5
         RETURNING *`,
        [now, id, token, leaseUntil, maxConcurrent],
      );
    });
  }

  heartbeat(id: string, token: string, leaseUntil: Date, progress: number): Promise<TrainingRun | undefined> {
    return this.change(id, token, `lease_until = $3, progress = $4`, [leaseUntil, progress]);
  }

  async beginStage(id: string, token: string, stage: RunStage): Promise<boolean> {
    return (await this.change(id, token, `stage = $3, progress = 0`, [stage])) !== undefined;
  }

  async completeStage(id: string, token: string, stage: RunStage, output: JsonObject): Promise<boolean> {
    const sets = `progress = 1, outputs = outputs || jsonb_build_object($3::text, $4::jsonb)`;
    return (await this.change(id, token, sets, [stage, JSON.stringify(output)])) !== undefined;
  }

  async setCandidate(id: string, token: string, version: number): Promise<boolean> {
    return (await this.change(id, token, `candidate_version = $3`, [version])) !== undefined;
  }

  async requeue(id: string, token: string, notBefore: Date, failure?: RunFailure): Promise<boolean> {
    const sets = `status = 'queued', attempt_token = NULL, lease_until = NULL, not_before = $3, failure = $4`;
    return (await this.change(id, token, sets, [notBefore, json(failure)])) !== undefined;
  }

  async conclude(id: string, token: string, conclusion: RunConclusion): Promise<boolean> {
    const { status, at, result, failure } = conclusion;
    const sets = `status = $3, finished_at = $4, result = $5, failure = $6, attempt_token = NULL, lease_until = NULL`;
    const values = [status, isFinal(status) ? at : null, json(result), json(failure)];
    return (await this.change(id, token, sets, values)) !== undefined;
  }

  async decide(id: string, from: ParkedStatus, { status, at, result }: RunDecision): Promise<boolean> {
    if (!isUuid(id)) return false;
    const { count } = await this.database.query(
      `UPDATE training_runs SET status = $3, finished_at = $4, result = coalesce($5, result) WHERE id = $1 AND status = $2`,
      [id, from, status, isFinal(status) ? at : null, json(result)],
    );
    return count > 0;
  }

  async requestCancel(id: string, by: string, reason: string, at: Date): Promise<TrainingRun | undefined> {
    if (!isUuid(id)) return undefined;
    return this.one(
      `UPDATE training_runs SET cancel_requested = coalesce(cancel_requested, $2),
         finished_at = CASE status WHEN 'queued' THEN $3::timestamptz END,
         status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END
       WHERE id = $1 AND ${active} RETURNING *`,
      [id, JSON.stringify({ by, reason }), at],
    );
  }

  async coalesce(id: string): Promise<void> {
    await this.database.query(`UPDATE training_runs SET coalesced = coalesced + 1 WHERE id = $1`, [id]);
  }

  inTurn(now: Date, maxConcurrent: number): Promise<readonly TrainingRun[]> {
    const free = `greatest(0, $2 - (SELECT count(*) FROM training_runs WHERE ${active} AND ${held}))`;
    const sql = `SELECT * FROM training_runs WHERE ${active} AND ${due} ORDER BY position LIMIT ${free}`;
    return this.many(sql, [now, maxConcurrent]);
  }

  /** Changes a running run that the token holds; `$3` and up are the values. */
  private async change(
    id: string,
    token: string,
    sets: string,
    values: readonly unknown[],
  ): Promise<TrainingRun | undefined> {
    if (!isUuid(id)) return undefined;
    const held = `id = $1 AND status = 'running' AND attempt_token = $2`;
    return this.one(`UPDATE training_runs SET ${sets} WHERE ${held} RETURNING *`, [id, token, ...values]);
  }

  private one(sql: string, parameters: readonly unknown[]): Promise<TrainingRun | undefined> {
    return this.database.object<TrainingRun>(trainingRunSchema, sql, parameters);
  }

  private many(sql: string, parameters: readonly unknown[]): Promise<readonly TrainingRun[]> {
    return this.database.objects<TrainingRun>(trainingRunSchema, sql, parameters);
  }
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
