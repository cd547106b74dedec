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

  pieces(model: string, before: Date, limit: number): Promise<number> {
    const over = `run_id NOT IN (SELECT id FROM training_runs WHERE status IN ('queued', 'running'))`;
    return this.delete('training_pieces', 'position', 'created_at', [model, before, limit], over);
  }

  private async delete(
    table: string,
    key: string,
    time: string,
    parameters: readonly unknown[],
    also = 'true',
  ): Promise<number> {
    const { count } = await this.database.query(
      `DELETE FROM ${table} WHERE ${key} IN (
         SELECT ${key} FROM ${table} WHERE model = $1 AND ${time} < $2 AND ${also} ORDER BY ${key} LIMIT $3)`,
      parameters,
    );
    return count;
  }
}
