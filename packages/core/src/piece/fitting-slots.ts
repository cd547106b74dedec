import { Service } from '../shared/service.js';

/** How many pieces one process works on at once: each is a process of its own beside it, on a core of its own. */
@Service()
export class FittingSlots {
  private taken = 0;
  private readonly queue: (() => void)[] = [];
  private readonly watchers = new Set<() => void>();
  private most = 1;

  /** Slots of this process. */
  static of(count: number): FittingSlots {
    const slots = new FittingSlots();
    slots.most = count;
    return slots;
  }

  get count(): number {
    return this.most;
  }

  get free(): boolean {
    return this.taken < this.most;
  }

  /** Waits for a slot; answers what gives it back. Rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.free) await this.turn(signal);
    else this.taken++;
    return this.once();
  }

  /** A slot if one is free now. */
  tryTake(): (() => void) | undefined {
    if (!this.free) return undefined;
    this.taken++;
    return this.once();
  }

  /** Resolves when a slot is given back or after so many milliseconds, whichever comes first. */
  change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.watchers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.watchers.add(done);
    });
  }

  /** Wakes all who wait for a change. */
  wake(): void {
    for (const watcher of [...this.watchers]) watcher();
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const mine = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.queue.splice(this.queue.indexOf(mine), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.queue.push(mine);
    });
  }

  /** Gives the slot to the next in line, or back; calling it twice is fine. */
  private once(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.queue.shift();
      if (next) next();
      else this.taken--;
      this.wake();
    };
  }
}
