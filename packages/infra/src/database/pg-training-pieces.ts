import {
  TrainingPieces,
  type NewTrainingPiece,
  type PieceResult,
  type RunFailure,
  type TrainingPiece,
  type TrainingRun,
} from '@retrain/core';
import type { Database } from './database.js';
import { locks } from './locks.js';
import { trainingPieceSchema } from './schema/pieces.schema.js';
import { isUuid } from './uuid.js';

/** The run `r` wants its pieces; the piece `p` is wanted. */
const goesOn = `r.status IN ('queued', 'running') AND r.cancel_requested IS NULL`;
const wanted = `EXISTS (SELECT 1 FROM training_runs r WHERE r.id = p.run_id AND ${goesOn})`;
/** The piece `p` waits, or whoever held it is presumed dead at the time `$2`. */
const claimable = `(p.status = 'queued' OR p.status = 'running' AND p.lease_until <= $2)`;
/** What a claim under the token `$1` sets. */
const taken = `status = 'running', attempt = p.attempt + 1, attempt_token = $1, lease_until = $3, started_at = $2, progress = 0`;

export class PgTrainingPieces extends TrainingPieces {
  constructor(private readonly database: Database) {
    super();
  }

  async add(run: Pick<TrainingRun, 'id' | 'model'>, pieces: readonly NewTrainingPiece[], now: Date): Promise<void> {
    await this.database.query(
      `INSERT INTO training_pieces AS p
         (id, run_id, model, key, work, status, attempt, progress, created_at, finished_at, cached, result)
       SELECT n.id, $1, $2, n.key, n.work::jsonb, CASE WHEN d.result IS NULL THEN 'queued' ELSE 'fitted' END, 0,
         CASE WHEN d.result IS NULL THEN 0 ELSE 1 END, $3, CASE WHEN d.result IS NOT NULL THEN $3::timestamptz END,
         d.result IS NOT NULL, d.result
       FROM unnest($4::uuid[], $5::text[], $6::text[]) WITH ORDINALITY AS n (id, key, work, place)
       LEFT JOIN LATERAL (
         SELECT result FROM training_pieces WHERE key = n.key AND status = 'fitted' ORDER BY position DESC LIMIT 1
       ) AS d ON true
       ORDER BY n.place
       ON CONFLICT (run_id, key) DO UPDATE SET status = 'queued', attempt = 0, progress = 0, failure = NULL,
         started_at = NULL, finished_at = NULL
         WHERE p.status = 'failed' AND (p.failure ->> 'retryable')::boolean`,
      [
        ...[run.id, run.model, now, pieces.map(({ id }) => id), pieces.map(({ key }) => key)],
        pieces.map(({ work }) => JSON.stringify(work)),
      ],
    );
  }

  async withdraw(runId: string, keys: readonly string[]): Promise<void> {
    await this.database.query(
      `DELETE FROM training_pieces WHERE run_id = $1 AND key = ANY ($2) AND status IN ('queued', 'running')`,
      [runId, keys],
    );
  }

  ofRun(runId: string): Promise<readonly TrainingPiece[]> {
    return this.many(`SELECT * FROM training_pieces WHERE run_id = $1 ORDER BY position`, [runId]);
  }

  async find(id: string): Promise<TrainingPiece | undefined> {
    return isUuid(id) ? (await this.many(`SELECT * FROM training_pieces WHERE id = $1`, [id]))[0] : undefined;
  }

  async claim(id: string, token: string, now: Date, leaseUntil: Date): Promise<TrainingPiece | undefined> {
    if (!isUuid(id)) return undefined;
    const sql = `UPDATE training_pieces p SET ${taken} WHERE id = $4 AND ${claimable} AND ${wanted} RETURNING *`;
    return (await this.many(sql, [token, now, leaseUntil, id]))[0];
  }

  claimNext(token: string, now: Date, leaseUntil: Date): Promise<TrainingPiece | undefined> {
    return this.database.transaction(async () => {
      // One at a time: who counts the pieces in work must see those that were taken a moment ago.
      await this.database.query(`SELECT pg_advisory_xact_lock(${locks.pieces}, 0)`);
      const [piece] = await this.many(
        `WITH places AS (
           SELECT p.run_id, count(*) FILTER (WHERE p.status = 'running' AND p.lease_until > $2) AS held,
             greatest(max(p.started_at), min(p.created_at)) AS since
           FROM training_runs r JOIN training_pieces p ON p.run_id = r.id WHERE ${goesOn} GROUP BY p.run_id
         ), next AS (
           SELECT p.id FROM training_pieces p JOIN places USING (run_id) WHERE ${claimable}
           ORDER BY held, since, p.position LIMIT 1 FOR UPDATE OF p SKIP LOCKED
         )
         UPDATE training_pieces p SET ${taken} FROM next WHERE p.id = next.id AND ${claimable} RETURNING p.*`,
        [token, now, leaseUntil],
      );
      return piece;
    });
  }

  heartbeat(id: string, token: string, leaseUntil: Date, progress: number): Promise<boolean> {
    return this.change(id, token, `lease_until = $3, progress = $4`, [leaseUntil, progress], wanted);
  }

  complete(id: string, token: string, at: Date, result: PieceResult): Promise<boolean> {
    const sets = `status = 'fitted', progress = 1, finished_at = $3, result = $4, ${released}`;
    return this.change(id, token, sets, [at, JSON.stringify(result)]);
  }

  fail(id: string, token: string, at: Date, failure: RunFailure): Promise<boolean> {
    const sets = `status = 'failed', finished_at = $3, failure = $4, ${released}`;
    return this.change(id, token, sets, [at, JSON.stringify(failure)]);
  }

  handBack(id: string, token: string): Promise<boolean> {
    const sets = `status = 'queued', progress = 0, started_at = NULL, attempt = attempt - 1, ${released}`;
    return this.change(id, token, sets, []);
  }

  async forget(key: string): Promise<void> {
    await this.database.query(`DELETE FROM training_pieces WHERE key = $1 AND status = 'fitted'`, [key]);
  }

  /** Changes a running piece that the token holds; `$3` and up are the values. */
  private async change(
    id: string,
    token: string,
    sets: string,
    values: readonly unknown[],
    also = 'true',
  ): Promise<boolean> {
    const held = `id = $1 AND status = 'running' AND attempt_token = $2 AND ${also}`;
    const sql = `UPDATE training_pieces p SET ${sets} WHERE ${held}`;
    return (await this.database.query(sql, [id, token, ...values])).count > 0;
  }

  private many(sql: string, parameters: readonly unknown[]): Promise<readonly TrainingPiece[]> {
    return this.database.objects<TrainingPiece>(trainingPieceSchema, sql, parameters);
  }
}

const released = `attempt_token = NULL, lease_until = NULL`;
