import { messageOf } from '@retrain/core';

const patienceMilliseconds = 2_000;

/** Something a process needs to do its work. */
export interface ReadinessCheck {
  readonly name: string;
  /** Rejects when the part is away. */
  check(): Promise<unknown>;
}

/** The answer of `/health/ready`. */
export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or what is wrong, by part. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Whether a process can do its work: every part answers within two seconds, and it is not about to stop. */
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
    const checks = Object.fromEntries(this.leaving ? [...entries, ['process', 'is stopping']] : entries);
    return { ready: Object.values(checks).every((outcome) => outcome === 'ok'), checks };
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
