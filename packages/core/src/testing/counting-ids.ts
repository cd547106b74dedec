import { Ids } from '../shared/ids.port.js';

/** UUIDs that count: …0001, …0002 … */
export class CountingIds extends Ids {
  private count = 0;

  next(): string {
    return countedId(++this.count);
  }
}

/** The n-th UUID that CountingIds hands out. */
export function countedId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
