import { Pruning } from '@retrain/core';
import type { Database } from './database.js';

export class PgPruning extends Pruning {
  constructor(private readonly database: Database) {
    super();
  }

  predictions(model: string, before: Date, limit: number): Promise<number> {
    return this.delete('predictions', 'seq', 'recorded_at', [model, before, limit]);
  }

  evaluations(model: string, before: Date, limit: number): Promise<number> {
    return this.delete('trigger_evaluations', 'position', 'evaluated_at', [model, before, limit]);
  }

  private async delete(table: string, key: string, time: string, parameters: readonly unknown[]): Promise<number> {
    const { count } = await this.database.query(
      `DELETE FROM ${table} WHERE ${key} IN (
         SELECT ${key} FROM ${table} WHERE model = $1 AND ${time} < $2 ORDER BY ${key} LIMIT $3)`,
      parameters,
    );
    return count;
  }
}
