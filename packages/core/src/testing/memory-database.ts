import { AsyncLocalStorage } from 'node:async_hooks';
import type { Signal } from '../event/signals.port.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';

const removed = Symbol('removed');

/** What one unit of work has changed and holds. */
class Transaction {
  readonly overlays = new Map<MemoryTable<never>, Map<string, unknown>>();
  readonly beforeCommit: (() => void)[] = [];
  readonly afterCommit: (() => void)[] = [];
  readonly onEnd: (() => void)[] = [];
  writing?: Promise<void>;
  ended = false;
}

/**
 * Tables in memory with real transactions: changes are seen by others on commit only and vanish on roll-back.
 *
 * Units of work that write follow one another (the first write of a unit waits until no other unit has
 * uncommitted changes); reads never wait. A unit of work must therefore not wait for writes made outside of it.
 */
export class MemoryDatabase extends UnitOfWork {
  private readonly scope = new AsyncLocalStorage<Transaction>();
  private readonly held = new Set<string>();
  private lastWriter: Promise<void> = Promise.resolve();
  private readonly listeners = new Set<(signal: Signal) => void>();

  table<T>(): MemoryTable<T> {
    return new MemoryTable<T>(() => this.open()?.overlays as Overlays | undefined);
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.open()) return work();
    const transaction = new Transaction();
    try {
      const result = await this.scope.run(transaction, async () => {
        const answer = await work();
        for (const step of transaction.beforeCommit) step();
        return answer;
      });
      for (const [table, overlay] of transaction.overlays) table.commit(overlay);
      for (const step of transaction.afterCommit) step();
      return result;
    } finally {
      transaction.ended = true;
      for (const step of transaction.onEnd) step();
    }
  }

  /** Runs a synchronous change inside the current unit of work, or in one of its own. */
  write<T>(change: () => T): Promise<T> {
    return this.transaction(async () => {
      const transaction = this.scope.getStore()!;
      transaction.writing ??= this.becomeWriter(transaction);
      await transaction.writing;
      return change();
    });
  }

  /** Runs the step right before the commit of the current unit of work. Only inside `write`. */
  beforeCommit(step: () => void): void {
    this.scope.getStore()!.beforeCommit.push(step);
  }

  /** Takes a named lock until the end of the current unit of work; false when another unit holds it. */
  tryLock(name: string): boolean {
    const transaction = this.open();
    if (!transaction) throw new Error(`Lock "${name}" is held by a unit of work: call it inside transaction().`);
    if (this.held.has(name)) return false;
    this.held.add(name);
    transaction.onEnd.push(() => this.held.delete(name));
    return true;
  }

  /** Tells the listeners, on commit when a unit of work is open. */
  signal(signal: Signal): void {
    const tell = () => this.listeners.forEach((listener) => listener(signal));
    const transaction = this.open();
    if (transaction) transaction.afterCommit.push(tell);
    else tell();
  }

  listen(listener: (signal: Signal) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private open(): Transaction | undefined {
    const transaction = this.scope.getStore();
    if (transaction?.ended) throw new Error('The unit of work has ended: await every call inside transaction().');
    return transaction;
  }

  private async becomeWriter(transaction: Transaction): Promise<void> {
    const before = this.lastWriter;
    this.lastWriter = new Promise((resolve) => transaction.onEnd.push(resolve));
    await before;
  }
}

type Overlays = Map<MemoryTable<never>, Map<string, unknown>>;

/** Rows by key, in the order in which they were first inserted. Rows are replaced, never changed in place. */
export class MemoryTable<T> {
  private readonly committed = new Map<string, T>();

  constructor(private readonly overlays: () => Overlays | undefined) {}

  get(key: string): T | undefined {
    const overlay = this.overlay();
    if (!overlay?.has(key)) return this.committed.get(key);
    const value = overlay.get(key);
    return value === removed ? undefined : (value as T);
  }

  /** Only inside `MemoryDatabase.write`. */
  set(key: string, row: T): T {
    this.ownOverlay().set(key, row);
    return row;
  }

  /** Only inside `MemoryDatabase.write`. */
  delete(key: string): void {
    this.ownOverlay().set(key, removed);
  }

  values(): T[] {
    const overlay = this.overlay();
    if (!overlay) return [...this.committed.values()];
    const merged = new Map<string, unknown>(this.committed);
    for (const [key, value] of overlay) merged.set(key, value);
    return [...merged.values()].filter((value) => value !== removed) as T[];
  }

  commit(overlay: Map<string, unknown>): void {
    for (const [key, value] of overlay) {
      if (value === removed) this.committed.delete(key);
      else this.committed.set(key, value as T);
    }
  }

  private overlay(): Map<string, unknown> | undefined {
    return this.overlays()?.get(this as never);
  }

  private ownOverlay(): Map<string, unknown> {
    const overlays = this.overlays();
    if (!overlays) throw new Error('A table in memory is changed inside MemoryDatabase.write() only.');
    let overlay = overlays.get(this as never);
    if (!overlay) overlays.set(this as never, (overlay = new Map()));
    return overlay;
  }
}
