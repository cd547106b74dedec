import { seededRandom } from '@retrain/core';
import { normals } from './normal.js';

export const CLASSES = 3;

/** Standard deviations of what the models' log-odds are off by. */
export interface ForecastErrors {
  /** The same for both: what no model of these features can know. */
  readonly shared: number;
  readonly candidate: number;
  readonly champion: number;
}

/** Champion and candidate that miss the true probabilities of every row by errors of a given size. */
export class TwoForecasters {
  private readonly normal;
  private readonly random;

  constructor(
    private readonly errors: ForecastErrors,
    seed: number,
  ) {
    this.normal = normals(seed);
    this.random = seededRandom(seed + 1);
  }

  /** True probabilities, and what both models say, of one row. */
  private row(): { truth: number[]; candidate: number[]; champion: number[] } {
    const logits = Array.from({ length: CLASSES }, () => 0.6 * this.normal());
    const shared = logits.map((logit) => logit + this.errors.shared * this.normal());
    const off = (size: number) => softmax(shared.map((logit) => logit + size * this.normal()));
    return { truth: softmax(logits), candidate: off(this.errors.candidate), champion: off(this.errors.champion) };
  }

  /** The candidate's expected gain in log loss over the true probabilities. */
  trueGain(rows = 400_000): number {
    let gain = 0;
    for (let row = 0; row < rows; row++) {
      const { truth, candidate, champion } = this.row();
      truth.forEach((p, index) => (gain += p * Math.log(candidate[index]! / champion[index]!)));
    }
    return gain / rows;
  }

  /** What both say of one row, and what then happens. */
  outcome(): { readonly candidate: number[]; readonly champion: number[]; readonly outcome: number } {
    const { truth, candidate, champion } = this.row();
    let outcome = 0;
    let left = this.random();
    while (outcome < CLASSES - 1 && (left -= truth[outcome]!) > 0) outcome++;
    return { candidate, champion, outcome };
  }
}

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
