import { isDeepStrictEqual } from 'node:util';
import { byTimeThenKey } from '../dataset/merge-records.js';
import type { ModelRecord } from '../model/model-definition.js';

/** What adding records meant for a state that had learned the earlier ones. */
export interface Arrival {
  /** New records at or after the newest known one, in order: the state can learn them as they are. */
  readonly appended: readonly ModelRecord[];
  /** Whether a record belongs before the newest one or corrects a known one: only a rebuilt state is right then. */
  readonly rebuild: boolean;
}

/** The records behind a state, one per key; a later one with the same key replaces the earlier. */
export class KnownRecords {
  private readonly byKey = new Map<string, ModelRecord>();
  private newestTime = -Infinity;

  constructor(records: readonly ModelRecord[] = []) {
    this.add(records);
  }

  get size(): number {
    return this.byKey.size;
  }

  /** When the newest record happened; undefined when there is none. */
  get newest(): Date | undefined {
    return this.byKey.size > 0 ? new Date(this.newestTime) : undefined;
  }

  add(records: readonly ModelRecord[]): Arrival {
    const appended: ModelRecord[] = [];
    const newestBefore = this.newestTime;
    let rebuild = false;
    for (const record of records) {
      const known = this.byKey.get(record.key);
      if (known && sameRecord(known, record)) continue;
      const time = record.occurredAt.getTime();
      if (known || time < newestBefore) rebuild = true;
      else appended.push(record);
      this.byKey.set(record.key, record);
      this.newestTime = Math.max(this.newestTime, time);
    }
    return { appended: appended.sort(byTimeThenKey), rebuild };
  }

  /** All records ascending by time, then key. */
  inOrder(): readonly ModelRecord[] {
    return [...this.byKey.values()].sort(byTimeThenKey);
  }
}

const sameRecord = (a: ModelRecord, b: ModelRecord) =>
  a.occurredAt.getTime() === b.occurredAt.getTime() && isDeepStrictEqual(a.payload, b.payload);
