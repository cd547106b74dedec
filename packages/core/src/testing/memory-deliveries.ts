import { Deliveries, type DeliveryCursor } from '../notification/deliveries.port.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryDeliveries extends Deliveries {
  private readonly rows;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.rows = database.table<DeliveryCursor>();
  }

  async lock(consumer: string, startSeq: number): Promise<DeliveryCursor | undefined> {
    if (!this.database.tryLock(`delivery/${consumer}`)) return undefined;
    return this.rows.get(consumer) ?? { consumer, seq: startSeq, attempts: 0 };
  }

  async save(cursor: DeliveryCursor): Promise<void> {
    await this.database.write(() => this.rows.set(cursor.consumer, cursor));
  }
}
