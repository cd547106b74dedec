import type { ModelRecord } from '../model/model-definition.js';

export interface MergedRecords {
  /** One per key, ascending by time, then key. */
  readonly records: readonly ModelRecord[];
  /** Rows that were given again under a known key. */
  readonly duplicates: number;
}

/** Puts records of several sources together: of equal keys the one that comes last wins. */
export function mergeRecords(...sources: readonly (readonly ModelRecord[])[]): MergedRecords {
  const byKey = new Map<string, ModelRecord>();
  let given = 0;
  for (const source of sources) {
    given += source.length;
    for (const record of source) byKey.set(record.key, record);
  }
  return { records: [...byKey.values()].sort(byTimeThenKey), duplicates: given - byKey.size };
}

/** The order of training data: by time, then by key, so that equal data always comes in equal order. */
export function byTimeThenKey(a: ModelRecord, b: ModelRecord): number {
  return a.occurredAt.getTime() - b.occurredAt.getTime() || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}
