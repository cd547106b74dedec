import { isDeepStrictEqual } from 'node:util';
import { notFound, type NewOutcome, type Outcome, type OutcomeEffect } from '@retrain/core';
import type { Database } from './database.js';
import { outcomeSchema } from './schema/predictions.schema.js';

/**
 * Records, leaves or corrects the outcomes in the order given; a replaced value goes to `outcome_corrections`.
 *
 * The rows of the predictions are locked in the order of their ids: calls about the same prediction follow one another.
 */
export function recordOutcomes(
  database: Database,
  outcomes: readonly NewOutcome[],
  recordedAt: Date,
): Promise<readonly OutcomeEffect[]> {
  return database.transaction(async () => {
    const ids = [...new Set(outcomes.map(({ predictionId }) => predictionId.toLowerCase()))];
    await lockPredictions(database, ids, outcomes);
    const known = await database.objects(
      outcomeSchema,
      `SELECT * FROM outcomes WHERE prediction_id = ANY($1::uuid[])`,
      [ids],
    );
    const current = new Map(known.map((outcome) => [outcome.predictionId, outcome]));
    const replaced: Outcome[] = [];
    const touched = new Set<string>();
    const effects = outcomes.map((given): OutcomeEffect => {
      const id = given.predictionId.toLowerCase();
      const before = current.get(id);
      if (before && isDeepStrictEqual(before.outcome, given.outcome)) return 'unchanged';
      if (before) replaced.push(before);
      current.set(id, { ...given, predictionId: id, recordedAt, revision: (before?.revision ?? 0) + 1 });
      touched.add(id);
      return before ? 'corrected' : 'recorded';
    });
    if (replaced.length > 0) await keepReplaced(database, replaced, recordedAt);
    if (touched.size > 0)
      await store(
        database,
        [...touched].map((id) => current.get(id)!),
      );
    return effects;
  });
}

async function lockPredictions(
  database: Database,
  ids: readonly string[],
  outcomes: readonly NewOutcome[],
): Promise<void> {
  const { rows } = await database.query<{ id: string; model: string }>(
    `SELECT id, model FROM predictions WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
  const models = new Map(rows.map(({ id, model }) => [id, model]));
  const unknown = outcomes.find(({ predictionId, model }) => models.get(predictionId.toLowerCase()) !== model);
  if (unknown) {
    throw notFound('unknown_prediction', `Model "${unknown.model}" has no prediction "${unknown.predictionId}".`);
  }
}

async function keepReplaced(database: Database, replaced: readonly Outcome[], correctedAt: Date): Promise<void> {
  await database.query(
    `INSERT INTO outcome_corrections (prediction_id, model, outcome, observed_at, recorded_at, revision, corrected_at)
     SELECT id, model, outcome::jsonb, observed_at, recorded_at, revision, $7 FROM ${unnested}`,
    [...columnsOf(replaced), correctedAt],
  );
}

async function store(database: Database, outcomes: readonly Outcome[]): Promise<void> {
  await database.query(
    `INSERT INTO outcomes (prediction_id, model, outcome, observed_at, recorded_at, revision)
     SELECT id, model, outcome::jsonb, observed_at, recorded_at, revision FROM ${unnested}
     ON CONFLICT (prediction_id) DO UPDATE SET outcome = excluded.outcome, observed_at = excluded.observed_at,
       recorded_at = excluded.recorded_at, revision = excluded.revision`,
    columnsOf(outcomes),
  );
}

const unnested = `unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::integer[])
  AS given (id, model, outcome, observed_at, recorded_at, revision)`;

const columnsOf = (outcomes: readonly Outcome[]): unknown[] => [
  outcomes.map(({ predictionId }) => predictionId),
  outcomes.map(({ model }) => model),
  outcomes.map(({ outcome }) => JSON.stringify(outcome)),
  outcomes.map(({ observedAt }) => observedAt),
  outcomes.map(({ recordedAt }) => recordedAt),
  outcomes.map(({ revision }) => revision),
];
