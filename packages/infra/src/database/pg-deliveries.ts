import { Deliveries, type DeliveryCursor } from '@retrain/core';
import type { Database } from './database.js';
import { locks } from './locks.js';
import { deliverySchema } from './schema/log.schema.js';

export class PgDeliveries extends Deliveries {
  constructor(private readonly database: Database) {
    super();
  }

  async lock(consumer: string, startSeq: number): Promise<DeliveryCursor | undefined> {
    if (!this.database.inTransaction) {
      throw new Error(`The cursor of "${consumer}" is held by a unit of work: lock it inside transaction().`);
    }
    const { rows } = await this.database.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_xact_lock(${locks.delivery}, hashtext($1)) AS taken`,
      [consumer],
    );
    if (!rows[0]!.taken) return undefined;
    const known = await this.database.object(deliverySchema, `SELECT * FROM deliveries WHERE consumer = $1`, [
      consumer,
    ]);
    return known ?? { consumer, seq: startSeq, attempts: 0 };
  }

  async save({ consumer, seq, attempts, notBefore }: DeliveryCursor): Promise<void> {
    await this.database.query(
      `INSERT INTO deliveries (consumer, seq, attempts, not_before) VALUES ($1, $2, $3, $4)
       ON CONFLICT (consumer) DO UPDATE SET seq = $2, attempts = $3, not_before = $4`,
      [consumer, seq, attempts, notBefore ?? null],
    );
  }
}
