import { messageOf } from '@retrain/core';

const patienceMilliseconds = 2_000;

/** Something a process needs to do its work. */
export interface ReadinessCheck {
  readonly name: string;
  /** Whether the process does its main work without it, so that its absence is told but does not make it unready. */
  readonly dispensable?: boolean;
  /** Rejects when the part is away. */
  check(): Promise<unknown>;
}

/** The answer of `/health/ready`. */
export interface Readiness {
  readonly ready: boolean;
  /** Whether anything is wrong, also what the process can do without. */
  readonly degraded: boolean;
  /** `ok`, or what is wrong, by part. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Whether a process can do its work: every part that it needs answers within two seconds, and it is not about to stop. */
export class ReadinessChecks {
  private readonly checks: ReadinessCheck[] = [];
  private leaving = false;

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** Says "not ready" from now on, so that nobody sends anything more. */
  leave(): void {
    this.leaving = true;
  }

  async answer(): Promise<Readiness> {
    const entries = await Promise.all(
      this.checks.map(async ({ name, check }): Promise<[string, string]> => [name, await outcomeOf(check)]),
    );
    const wrong = entries.filter(([, outcome]) => outcome !== 'ok').map(([name]) => name);
    const dispensable = new Set(this.checks.filter((check) => check.dispensable).map(({ name }) => name));
    return {
      ready: !this.leaving && wrong.every((name) => dispensable.has(name)),
      degraded: this.leaving || wrong.length > 0,
      checks: Object.fromEntries(this.leaving ? [...entries, ['process', 'is stopping']] : entries),
    };
  }
}

async function outcomeOf(check: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${patienceMilliseconds / 1000} s`)),
      patienceMilliseconds,
    );
  });
  try {
    await Promise.race([check(), impatience]);
    return 'ok';
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}
