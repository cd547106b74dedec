import type { System } from '../e2e/system.js';
import { model, pause } from './world.js';

const PERIOD_MS = 50;
const question = { instances: [{ input: { date: '2024-05-01', temperature: 17, rain_mm: 2 } }] };

/** Asks one question again and again while everything around fails. */
export class Caller {
  /** Answers with a probability that the version did not give before. */
  readonly mixed: string[] = [];
  /** Ids of every answer. */
  readonly answered: string[] = [];
  private readonly known = new Map<number, string>();
  private readonly asking: Promise<void>;
  private stopped = false;

  constructor(private readonly system: System) {
    this.asking = this.ask();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.asking;
  }

  private async ask(): Promise<void> {
    while (!this.stopped) {
      await this.once().catch(() => undefined);
      await pause(PERIOD_MS);
    }
  }

  private async once(): Promise<void> {
    const { status, body } = await this.system.post<{
      predictions: readonly [{ prediction_id: string; model_version: number; probabilities: object }];
    }>(`/models/${model}/predictions`, question);
    if (status !== 200) return;
    const [{ prediction_id: id, model_version: version, probabilities }] = body.predictions;
    this.answered.push(id);
    const given = JSON.stringify(probabilities);
    const known = this.known.get(version) ?? given;
    this.known.set(version, known);
    if (known !== given) this.mixed.push(`version ${version}: ${given} after ${known}`);
  }
}
