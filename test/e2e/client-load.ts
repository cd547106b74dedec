import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadResult {
  readonly sent: number;
  /** Everything that was not answered with status 200. */
  readonly failures: readonly string[];
  /** Versions in the order of the answers. */
  readonly versions: readonly number[];
  /** Home-win probability by version: one value each, because the question never changes. */
  readonly probabilities: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Asks the same question at a steady rate until told to stop. */
export class ClientLoad {
  private readonly failures: string[] = [];
  private readonly versions: number[] = [];
  private readonly probabilities = new Map<number, Set<number>>();
  private readonly pending: Promise<void>[] = [];
  private stopped = false;
  private readonly sending: Promise<void>;

  constructor(
    private readonly url: string,
    private readonly question: unknown,
    private readonly perSecond: number,
  ) {
    this.sending = this.send();
  }

  async stop(): Promise<LoadResult> {
    this.stopped = true;
    await this.sending;
    await Promise.all(this.pending);
    const { failures, versions, probabilities } = this;
    return { sent: this.pending.length, failures, versions, probabilities };
  }

  private async send(): Promise<void> {
    const startedAt = performance.now();
    while (!this.stopped) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * this.perSecond);
      while (this.pending.length < due) this.pending.push(this.ask());
      await sleep(5);
    }
  }

  private async ask(): Promise<void> {
    try {
      const response = await fetch(`${this.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(this.question),
      });
      const body = (await response.json()) as { model_version: number; home_win_probability: number };
      if (response.status !== 200) {
        this.failures.push(`${response.status} ${JSON.stringify(body)}`);
        return;
      }
      this.versions.push(body.model_version);
      const known = this.probabilities.get(body.model_version) ?? new Set<number>();
      this.probabilities.set(body.model_version, known.add(body.home_win_probability));
    } catch (error) {
      this.failures.push(String(error));
    }
  }
}
