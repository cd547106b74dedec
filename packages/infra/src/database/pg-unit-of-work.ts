import { UnitOfWork } from '@retrain/core';
import type { Database } from './database.js';

/** Transactions of Postgres at READ COMMITTED; rows that decide are locked or compared and set. */
export class PgUnitOfWork extends UnitOfWork {
  constructor(private readonly database: Database) {
    super();
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }
}
