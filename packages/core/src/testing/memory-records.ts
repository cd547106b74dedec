import { isDeepStrictEqual } from 'node:util';
import { Records, type NewObservedRecord, type ObservedRecord } from '../dataset/records.port.js';
import type { Clock } from '../shared/clock.port.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryRecords extends Records {
  private readonly rows;
  private seq = 0;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {
    super();
    this.rows = database.table<ObservedRecord>();
  }

  save(records: readonly NewObservedRecord[]): Promise<readonly string[]> {
    return this.database.write(() => {
      const changed = new Set<string>();
      for (const record of records) {
        const known = this.rows.get(`${record.model}/${record.key}`);
        if (known && isDeepStrictEqual(contentOf(known), contentOf(record))) continue;
        const row = { ...record, seq: ++this.seq, recordedAt: this.clock.now() };
        this.rows.set(`${record.model}/${record.key}`, row);
        changed.add(record.key);
      }
      return [...changed];
    });
  }

  async after(model: string, afterSeq: number, limit: number): Promise<readonly ObservedRecord[]> {
    return this.rows
      .values()
      .filter((row) => row.model === model && row.seq > afterSeq)
      .sort((a, b) => a.seq - b.seq)
      .slice(0, limit);
  }

  async withKeys(model: string, keys: readonly string[]): Promise<readonly ObservedRecord[]> {
    return [...new Set(keys)].flatMap((key) => this.rows.get(`${model}/${key}`) ?? []);
  }

  async count(model: string): Promise<number> {
    return this.rows.values().filter((row) => row.model === model).length;
  }
}

const contentOf = ({ payload, occurredAt }: NewObservedRecord) => ({ payload, occurredAt });
