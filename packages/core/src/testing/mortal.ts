import type { Token } from './construct.js';

/** What a killed process gives for every call: it never learns what became of anything. */
export class Killed extends Error {
  constructor() {
    super('The process was killed.');
  }
}

/**
 * A process that can be killed between any two of its calls to the outside.
 *
 * Its ports answer as they are until `dieAt` calls were made; from then on each throws `Killed`. With `before` the last
 * call has no effect, with `after` it has but its answer is lost; an open transaction is rolled back, as a database does
 * with a lost connection.
 */
export class Mortal {
  calls = 0;
  dead = false;

  constructor(
    private readonly dieAt: number,
    private readonly when: 'before' | 'after',
  ) {}

  /** The adapters as the process sees them; those of `immortal` tokens (clock, configuration) stay as they are. */
  adapters(
    given: ReadonlyMap<Token<unknown>, unknown>,
    immortal: ReadonlySet<Token<unknown>>,
  ): Map<Token<unknown>, unknown> {
    return new Map(
      [...given].map(([token, adapter]) => [token, immortal.has(token) ? adapter : this.port(adapter as object)]),
    );
  }

  private port(adapter: object): object {
    return new Proxy(adapter, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        // Listening has no effect that could be had half; what a process is it knows by itself, without a call.
        if (name === 'listen' || name === 'environment') return (value as () => unknown).bind(target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => this.call(() => Reflect.apply(value, target, args) as unknown);
      },
    });
  }

  private async call(work: () => unknown): Promise<unknown> {
    if (this.dead) throw new Killed();
    const last = ++this.calls === this.dieAt;
    if (last && this.when === 'before') this.die();
    const answer = await work();
    if (last) this.die();
    if (this.dead) throw new Killed();
    return answer;
  }

  private die(): never {
    this.dead = true;
    throw new Killed();
  }
}
