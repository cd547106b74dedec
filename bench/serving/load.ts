import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@retrain/core';
import type { Gateways, Question } from './gateways.js';

const TOLERANCE = 1e-6;

/** One request: times in milliseconds of `performance.now()`. */
export interface Answered {
  readonly gateway: number;
  readonly sentAt: number;
  readonly version: number;
  readonly id: string;
  /** From when it was due to its answer, so that a stall is seen by all who waited behind it. */
  readonly latencyMs: number;
}

/** What a steady stream of requests met. */
export class Load {
  readonly answers: Answered[] = [];
  /** Not answered with 200. */
  readonly failures: string[] = [];
  /** Answered with probabilities that its version does not give. */
  readonly wrong: string[] = [];
  private readonly pending = new Set<Promise<void>>();
  private stopped = false;
  private readonly sending: Promise<void>;

  constructor(
    private readonly gateways: Gateways,
    private readonly questions: readonly Question[],
    private readonly perSecond: number,
  ) {
    this.sending = this.send();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.sending;
    await Promise.all(this.pending);
  }

  private async send(): Promise<void> {
    const startedAt = performance.now();
    for (let count = 0; !this.stopped; await sleep(1)) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * this.perSecond);
      for (; count < due; count++) {
        const asking = this.ask(count, startedAt + (count * 1000) / this.perSecond);
        this.pending.add(asking);
        void asking.finally(() => this.pending.delete(asking));
      }
    }
  }

  private async ask(count: number, dueAt: number): Promise<void> {
    const gateway = count % this.gateways.urls.length;
    const question = this.questions[count % this.questions.length]!;
    const sentAt = performance.now();
    try {
      const { id, version, probabilities } = await this.gateways.ask(this.gateways.urls[gateway]!, question);
      this.answers.push({ gateway, sentAt, version, id, latencyMs: performance.now() - dueAt });
      const expected = question.expected.get(version);
      const fits = expected?.every((value, index) => Math.abs(value - probabilities[index]!) <= TOLERANCE);
      if (!fits) this.wrong.push(`version ${version}: ${probabilities.join(', ')}`);
    } catch (error) {
      this.failures.push(messageOf(error));
    }
  }
}

/** The latency that this share of the answers kept to, in milliseconds. */
export function quantileMs(answers: readonly Answered[], share: number): number {
  const sorted = Float64Array.from(answers, ({ latencyMs }) => latencyMs).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
