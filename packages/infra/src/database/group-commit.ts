import { DomainError } from '@retrain/core';

interface Waiting<T> {
  readonly items: readonly T[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what concurrent callers want to write while the write before is under way, and writes it at once.
 *
 * A caller is answered after the commit of its own items. When a batch fails because of its content, each caller's
 * items are written by themselves, so that only the callers of bad items are refused.
 */
export class GroupCommit<T> {
  private readonly queue: Waiting<T>[] = [];
  private writing = false;

  constructor(
    /** Writes all items or none. */
    private readonly write: (items: readonly T[]) => Promise<void>,
    private readonly maxItems = 1000,
  ) {}

  add(items: readonly T[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ items, resolve, reject });
      if (!this.writing) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.writing = true;
    while (this.queue.length > 0) await this.writeBatch(this.nextBatch());
    this.writing = false;
  }

  private nextBatch(): readonly Waiting<T>[] {
    let items = 0;
    let callers = 0;
    while (
      callers < this.queue.length &&
      (callers === 0 || items + this.queue[callers]!.items.length <= this.maxItems)
    ) {
      items += this.queue[callers++]!.items.length;
    }
    return this.queue.splice(0, callers);
  }

  private async writeBatch(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.write(batch.flatMap(({ items }) => items));
      batch.forEach(({ resolve }) => resolve());
    } catch (error) {
      const hopeless = error instanceof DomainError && error.retryable;
      if (batch.length === 1 || hopeless) batch.forEach(({ reject }) => reject(error));
      else for (const waiting of batch) await this.writeBatch([waiting]);
    }
  }
}
