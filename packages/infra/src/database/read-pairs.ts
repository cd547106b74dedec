import type { AssignedKeys, MaturedPair, OutcomeValue, PairWindow } from '@retrain/core';
import type { Database } from './database.js';
import { isUuid } from './uuid.js';

interface PairRow {
  readonly key: string | null;
  readonly version: number;
  readonly occurred_at: Date;
  readonly scores: readonly number[];
  readonly other_scores: readonly number[];
  readonly outcome: OutcomeValue;
  readonly observed_at: Date;
  readonly recorded_at: Date;
}

/** Matured pairs of a rollout, one per key, ascending by seq. */
export async function readPairs(database: Database, window: PairWindow): Promise<readonly MaturedPair[]> {
  const { rolloutId, champion, asOf, limit } = window;
  if (!isUuid(rolloutId)) return [];
  const known = asOf ? 'AND a.occurred_at <= $3 AND o.observed_at <= $3' : '';
  const { rows } = await database.query<PairRow>(
    `SELECT * FROM (
       SELECT DISTINCT ON (coalesce(a.key, a.id::text)) a.seq, a.key, a.version, a.occurred_at, a.scores,
         s.scores AS other_scores, o.outcome, o.observed_at, o.recorded_at
       FROM predictions a
       JOIN predictions s ON s.pair_of = a.id
       JOIN outcomes o ON o.prediction_id = a.id
       WHERE a.rollout_id = $1 ${known}
       ORDER BY coalesce(a.key, a.id::text), a.seq) pairs
     ORDER BY seq LIMIT $2`,
    [rolloutId, limit, ...(asOf ? [asOf] : [])],
  );
  return rows.map(({ key, version, scores, other_scores: other, ...row }) => ({
    ...(key === null ? {} : { key }),
    occurredAt: row.occurred_at,
    outcome: row.outcome,
    observedAt: row.observed_at,
    recordedAt: row.recorded_at,
    champion: version === champion ? scores : other,
    challenger: version === champion ? other : scores,
  }));
}

/** Different keys among the newest answers of a rollout, by share and by the version they were assigned. */
export async function countAssignedKeys(
  database: Database,
  rolloutId: string,
  limit: number,
): Promise<readonly AssignedKeys[]> {
  if (!isUuid(rolloutId)) return [];
  const keys = (arm: string) =>
    `(count(DISTINCT coalesce(key, id::text)) FILTER (WHERE assigned = '${arm}'))::int AS ${arm}`;
  const { rows } = await database.query<AssignedKeys>(
    `SELECT rollout_share AS share, ${keys('champion')}, ${keys('challenger')}
     FROM (SELECT key, id, rollout_share, assigned FROM predictions WHERE rollout_id = $1 ORDER BY seq DESC LIMIT $2) newest
     GROUP BY rollout_share ORDER BY rollout_share`,
    [rolloutId, limit],
  );
  return rows;
}
