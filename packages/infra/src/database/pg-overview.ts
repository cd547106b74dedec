import { Overview, type ModelFigures, type Standing, type WaitingForPeople } from '@retrain/core';
import type { Database } from './database.js';

interface FiguresRow {
  readonly predictions: number;
  readonly outcomes: number;
  readonly predictions_since: number;
  readonly last_check_at: Date | null;
  readonly last_retraining_at: Date | null;
  readonly trigger_events: number;
  readonly retrainings: number;
  readonly runs: Record<string, number> | null;
}

/** Figures counted from the rows; shadow answers are nobody's predictions. */
export class PgOverview extends Overview {
  constructor(private readonly database: Database) {
    super();
  }

  async figures(model: string): Promise<ModelFigures> {
    const { rows } = await this.database.query<FiguresRow>(
      `WITH last_run AS (
         SELECT requested_at FROM training_runs WHERE model = $1 ORDER BY position DESC LIMIT 1
       ), retraining AS (
         SELECT prediction_seq FROM training_runs WHERE model = $1 AND status NOT IN ('failed', 'cancelled')
         ORDER BY position DESC LIMIT 1
       ), states AS (
         SELECT status, count(*)::int AS count FROM training_runs WHERE model = $1 GROUP BY status
       ), answers AS (
         SELECT count(*)::int AS predictions,
           (count(*) FILTER (WHERE seq > coalesce((SELECT prediction_seq FROM retraining), 0)))::int AS predictions_since
         FROM predictions WHERE model = $1 AND arm <> 'shadow'
       )
       SELECT answers.*,
         (SELECT count(*)::int FROM outcomes WHERE model = $1) AS outcomes,
         (SELECT evaluated_at FROM trigger_evaluations WHERE model = $1 ORDER BY position DESC LIMIT 1) AS last_check_at,
         (SELECT requested_at FROM last_run) AS last_retraining_at,
         (SELECT count(*)::int FROM trigger_evaluations WHERE model = $1 AND fired) AS trigger_events,
         (SELECT coalesce(sum(count), 0)::int FROM states) AS retrainings,
         (SELECT jsonb_object_agg(status, count) FROM states) AS runs
       FROM answers`,
      [model],
    );
    const row = rows[0]!;
    return {
      predictions: row.predictions,
      outcomes: row.outcomes,
      predictionsSinceRetraining: row.predictions_since,
      lastCheckAt: row.last_check_at ?? undefined,
      lastRetrainingAt: row.last_retraining_at ?? undefined,
      totalTriggerEvents: row.trigger_events,
      totalRetrainings: row.retrainings,
      runs: row.runs ?? {},
    };
  }

  async standing(): Promise<readonly Standing[]> {
    const { rows } = await this.database.query<Standing>(
      `SELECT model, 'approvals' AS what, '' AS kind, 'given' AS state, count(*)::int AS count
         FROM approvals a JOIN deployments d ON d.id = a.deployment_id GROUP BY model
       UNION ALL SELECT model, 'deployments', kind, status, count(*)::int FROM deployments GROUP BY model, kind, status
       UNION ALL SELECT model, 'rollouts', strategy, status, count(*)::int FROM rollouts GROUP BY model, strategy, status
       UNION ALL SELECT model, 'probations', '', status, count(*)::int FROM probations GROUP BY model, status
       UNION ALL SELECT v.model, 'versions', '', CASE WHEN v.deleted_at IS NOT NULL THEN 'deleted'
           WHEN q.version IS NOT NULL THEN 'quarantined' ELSE 'kept' END AS state, count(*)::int
         FROM model_versions v LEFT JOIN quarantines q
           ON q.model = v.model AND q.version = v.version AND q.released_at IS NULL GROUP BY v.model, state`,
    );
    return rows;
  }

  async waitingForPeople(): Promise<readonly WaitingForPeople[]> {
    const { rows } = await this.database.query<WaitingForPeople>(
      `SELECT model, count(*)::int AS count, min(created_at) AS since
       FROM deployments WHERE status = 'awaiting_approval' GROUP BY model`,
    );
    return rows;
  }
}
