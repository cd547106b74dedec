interface Log {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

const quietMilliseconds = 30_000;
const remembered = 100;

/** A log that says the same thing at most every thirty seconds: a part that is away reports it many times a second. */
export class SeldomLog implements Log {
  private readonly said = new Map<string, number>();

  constructor(
    private readonly log: Log,
    private readonly now: () => number = () => performance.now(),
  ) {}

  warn(facts: object, message: string): void {
    if (this.isNew(facts, message)) this.log.warn(facts, message);
  }

  error(facts: object, message: string): void {
    if (this.isNew(facts, message)) this.log.error(facts, message);
  }

  private isNew(facts: object, message: string): boolean {
    const what = JSON.stringify([message, facts]);
    const before = this.said.get(what);
    if (before !== undefined && this.now() - before < quietMilliseconds) return false;
    if (this.said.size >= remembered) this.said.clear();
    this.said.set(what, this.now());
    return true;
  }
}
