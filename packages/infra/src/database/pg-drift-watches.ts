import { DriftWatches, watchStateFromJson, watchStateToJson, type DriftWatch, type DriftWatchKey } from '@retrain/core';
import type { Database } from './database.js';
import { driftWatchSchema } from './schema/runs.schema.js';

export class PgDriftWatches extends DriftWatches {
  constructor(private readonly database: Database) {
    super();
  }

  async find({ model, version, simulated }: DriftWatchKey): Promise<DriftWatch | undefined> {
    const row = await this.database.object(
      driftWatchSchema,
      'SELECT * FROM drift_watches WHERE model = $1 AND version = $2 AND simulated = $3',
      [model, version, simulated],
    );
    if (!row) return undefined;
    const { state, ...rest } = row;
    return { ...watchStateFromJson(state), ...rest };
  }

  async save(watch: DriftWatch): Promise<boolean> {
    const { model, version, simulated, seq, revision } = watch;
    const parameters = [model, version, simulated, seq, JSON.stringify(watchStateToJson(watch))];
    const sql =
      revision === 0
        ? `INSERT INTO drift_watches (model, version, simulated, seq, revision, state) VALUES ($1, $2, $3, $4, 1, $5)
           ON CONFLICT DO NOTHING`
        : `UPDATE drift_watches SET seq = $4, state = $5, revision = revision + 1
           WHERE model = $1 AND version = $2 AND simulated = $3 AND revision = ${Number(revision)}`;
    return (await this.database.query(sql, parameters)).count === 1;
  }
}
