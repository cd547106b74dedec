import { Circuits, type Circuit } from '@retrain/core';
import type { Database } from './database.js';
import { circuitSchema } from './schema/runs.schema.js';

export class PgCircuits extends Circuits {
  constructor(private readonly database: Database) {
    super();
  }

  find(model: string): Promise<Circuit | undefined> {
    return this.database.object<Circuit>(circuitSchema, 'SELECT * FROM circuits WHERE model = $1', [model]);
  }

  open(): Promise<readonly Circuit[]> {
    return this.database.objects<Circuit>(
      circuitSchema,
      `SELECT * FROM circuits WHERE state <> 'closed' ORDER BY model`,
    );
  }

  async save({ model, state, failures, openedAt, openUntil, changedBy, reason, revision }: Circuit): Promise<boolean> {
    const parameters = [model, state, failures, openedAt ?? null, openUntil ?? null, changedBy, reason];
    const sql =
      revision === 0
        ? `INSERT INTO circuits (model, state, failures, opened_at, open_until, changed_by, reason, revision)
           VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT DO NOTHING`
        : `UPDATE circuits SET state = $2, failures = $3, opened_at = $4, open_until = $5, changed_by = $6,
             reason = $7, revision = revision + 1
           WHERE model = $1 AND revision = ${Number(revision)}`;
    return (await this.database.query(sql, parameters)).count === 1;
  }
}
