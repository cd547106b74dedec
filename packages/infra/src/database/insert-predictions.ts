import type { NewPrediction } from '@retrain/core';
import type { Database } from './database.js';
import { locks } from './locks.js';

/**
 * Inserts all predictions in one statement, those of known ids left out.
 *
 * Inserts of all processes follow one another until their commits: who reads a watermark will never see a lower
 * number later. The lock is taken while the rows are being gathered, before the first of them is numbered.
 */
export async function insertPredictions(
  database: Database,
  predictions: readonly NewPrediction[],
  recordedAt: Date,
): Promise<void> {
  const column = (value: (prediction: NewPrediction) => unknown) => predictions.map(value);
  await database.query(
    `INSERT INTO predictions (id, model, version, arm, key, input, features, scores, occurred_at, recorded_at,
       rollout_id, rollout_share, assigned, pair_of)
     SELECT id, model, version, arm, key, input::jsonb, features::real[], scores::double precision[], occurred_at, $10,
       rollout_id, rollout_share, assigned, pair_of
     FROM (SELECT pg_advisory_xact_lock(${locks.predictions}, 0)) AS turn,
       unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
         $9::timestamptz[], $11::uuid[], $12::double precision[], $13::text[], $14::uuid[]) AS given (id, model,
         version, arm, key, input, features, scores, occurred_at, rollout_id, rollout_share, assigned, pair_of)
     ON CONFLICT (id) DO NOTHING`,
    [
      column(({ id }) => id),
      column(({ model }) => model),
      column(({ version }) => version),
      column(({ arm }) => arm),
      column(({ key }) => key ?? null),
      column(({ input }) => JSON.stringify(input)),
      column(({ features }) => arrayLiteral(features)),
      column(({ scores }) => arrayLiteral(scores)),
      column(({ occurredAt }) => occurredAt),
      recordedAt,
      column(({ split }) => split?.rolloutId ?? null),
      column(({ split }) => split?.share ?? null),
      column(({ split }) => split?.assigned ?? null),
      column(({ pairOf }) => pairOf ?? null),
    ],
  );
}

/** `{0.5,NULL}`: unnest would flatten arrays of arrays, so each row's array travels as text. */
function arrayLiteral(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
