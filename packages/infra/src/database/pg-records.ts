import { Records, type Clock, type NewObservedRecord, type ObservedRecord } from '@retrain/core';
import type { Database } from './database.js';
import { locks } from './locks.js';
import { recordSchema } from './schema/predictions.schema.js';

/** Records as a table; those of one model are numbered in the order of their commits. */
export class PgRecords extends Records {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  save(records: readonly NewObservedRecord[]): Promise<readonly string[]> {
    return this.database.transaction(async () => {
      const changed = new Set<string>();
      for (const batch of distinctBatches(records)) {
        for (const key of await this.saveBatch(batch)) changed.add(key);
      }
      return [...changed];
    });
  }

  after(model: string, afterSeq: number, limit: number): Promise<readonly ObservedRecord[]> {
    const sql = `SELECT * FROM records WHERE model = $1 AND seq > $2 ORDER BY seq LIMIT $3`;
    return this.database.objects(recordSchema, sql, [model, afterSeq, limit]);
  }

  withKeys(model: string, keys: readonly string[]): Promise<readonly ObservedRecord[]> {
    const sql = `SELECT * FROM records WHERE model = $1 AND key = ANY($2)`;
    return this.database.objects(recordSchema, sql, [model, keys]);
  }

  async count(model: string): Promise<number> {
    const sql = `SELECT count(*)::int AS count FROM records WHERE model = $1`;
    return (await this.database.query<{ count: number }>(sql, [model])).rows[0]!.count;
  }

  private async saveBatch(batch: readonly NewObservedRecord[]): Promise<readonly string[]> {
    const models = [...new Set(batch.map(({ model }) => model))].sort();
    for (const model of models) {
      await this.database.query(`SELECT pg_advisory_xact_lock(${locks.records}, hashtext($1))`, [model]);
    }
    const { rows } = await this.database.query<{ key: string }>(
      `INSERT INTO records AS known (model, key, seq, occurred_at, payload, recorded_at)
       SELECT model, key, nextval('records_seq'), occurred_at, payload, $5
       FROM (
         SELECT model, key, occurred_at, payload::jsonb AS payload, place
         FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
           WITH ORDINALITY AS given (model, key, occurred_at, payload, place)
         ORDER BY place
       ) AS given
       ON CONFLICT (model, key) DO UPDATE
         SET seq = excluded.seq, occurred_at = excluded.occurred_at, payload = excluded.payload,
             recorded_at = excluded.recorded_at
         WHERE known.payload <> excluded.payload OR known.occurred_at <> excluded.occurred_at
       RETURNING key`,
      [
        batch.map(({ model }) => model),
        batch.map(({ key }) => key),
        batch.map(({ occurredAt }) => occurredAt),
        batch.map(({ payload }) => JSON.stringify(payload)),
        this.clock.now(),
      ],
    );
    return rows.map(({ key }) => key);
  }
}

/** Splits the records so that no key occurs twice in a batch; later ones come in later batches. */
function distinctBatches(records: readonly NewObservedRecord[]): readonly (readonly NewObservedRecord[])[] {
  const seen = new Map<string, number>();
  const batches: NewObservedRecord[][] = [];
  for (const record of records) {
    const identity = JSON.stringify([record.model, record.key]);
    const turn = seen.get(identity) ?? 0;
    seen.set(identity, turn + 1);
    (batches[turn] ??= []).push(record);
  }
  return batches;
}
