import { TriggerEvaluations, type ChecksOf, type Page, type PageRequest, type TriggerEvaluation } from '@retrain/core';
import type { Database } from './database.js';
import { pgPage } from './pg-page.js';
import { triggerEvaluationSchema } from './schema/runs.schema.js';

export class PgTriggerEvaluations extends TriggerEvaluations {
  constructor(private readonly database: Database) {
    super();
  }

  async insert(evaluation: TriggerEvaluation): Promise<void> {
    const { id, model, evaluatedAt, asOf, verdicts, decision, cooldownUntil, circuitOpenUntil, runId } = evaluation;
    await this.database.query(
      `INSERT INTO trigger_evaluations (id, model, evaluated_at, as_of, verdicts, fired, decision, cooldown_until,
         run_id, prediction_count, days_since_last_retraining, circuit_open_until,
         champion_version, simulated)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        ...[
          id,
          model,
          evaluatedAt,
          asOf,
          JSON.stringify(verdicts),
          verdicts.some(({ verdict }) => verdict === 'fired'),
        ],
        ...[decision, cooldownUntil ?? null, runId ?? null],
        ...[evaluation.predictionCount, evaluation.daysSinceLastRetraining ?? null, circuitOpenUntil ?? null],
        ...[evaluation.championVersion ?? null, evaluation.simulated],
      ],
    );
  }

  latest(model: string): Promise<TriggerEvaluation | undefined> {
    const sql = `SELECT * FROM trigger_evaluations WHERE model = $1 ORDER BY position DESC LIMIT 1`;
    return this.database.object<TriggerEvaluation>(triggerEvaluationSchema, sql, [model]);
  }

  lastOf({ model, simulated, asOf }: ChecksOf): Promise<TriggerEvaluation | undefined> {
    const sql = `SELECT * FROM trigger_evaluations
      WHERE model = $1 AND simulated = $2 AND as_of <= $3
      ORDER BY as_of DESC, position DESC LIMIT 1`;
    return this.database.object<TriggerEvaluation>(triggerEvaluationSchema, sql, [model, simulated, asOf]);
  }

  list(model: string, page: PageRequest, firedOnly: boolean): Promise<Page<TriggerEvaluation>> {
    const list = { schema: triggerEvaluationSchema, table: 'trigger_evaluations', by: 'position' };
    const where = firedOnly ? 'model = $1 AND fired' : 'model = $1';
    return pgPage<TriggerEvaluation>(this.database, { ...list, where, parameters: [model] }, page);
  }

  async countFired(model: string): Promise<number> {
    const sql = `SELECT count(*)::int AS count FROM trigger_evaluations WHERE model = $1 AND fired`;
    return (await this.database.query<{ count: number }>(sql, [model])).rows[0]!.count;
  }
}
