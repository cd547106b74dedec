/** Runs work of one key after the other; work of different keys at once. */
export class InTurn {
  private readonly last = new Map<string, Promise<void>>();

  /** Resolves or rejects as `work` does, which begins when all earlier work of the key has ended, well or not. */
  run(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.last.get(key) ?? Promise.resolve();
    const next = before.catch(() => undefined).then(work);
    this.last.set(key, next);
    return next.finally(() => {
      if (this.last.get(key) === next) this.last.delete(key);
    });
  }
}
