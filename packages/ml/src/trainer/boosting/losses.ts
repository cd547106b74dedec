import type { RowWeights } from './weights.js';

/** Scores of all rows, one list per output. */
export type Scores = readonly Float64Array[];

/** What boosting lowers: its slopes at the present scores. */
export interface Loss {
  /** Trees per iteration. */
  readonly outputs: number;
  /** No hessian is larger. */
  readonly largestHessian: number;
  /** Scores before the first tree, one per output, each a float32. */
  base(outcomes: Float64Array): Float64Array;
  /** Takes the slopes of one iteration in: called once before `fill`. */
  measure(scores: Scores, outcomes: Float64Array, weights: RowWeights): void;
  /** Writes gradients and hessians of one output. */
  fill(output: number, scores: Scores, outcomes: Float64Array, weights: RowWeights): void;
  /** Mean loss. */
  mean(scores: Scores, outcomes: Float64Array): number;
}

/** Log loss of two classes: one score, the log odds of the second. */
class LogisticLoss implements Loss {
  readonly outputs = 1;
  readonly largestHessian = 0.25;

  base(outcomes: Float64Array): Float64Array {
    const [none, one] = shares(outcomes, 2);
    return Float64Array.of(Math.fround(Math.log(one! / none!)));
  }

  measure(_scores: Scores, _outcomes: Float64Array, weights: RowWeights): void {
    weights.scale(1);
  }

  fill(_output: number, [scores]: Scores, outcomes: Float64Array, weights: RowWeights): void {
    for (let row = 0; row < outcomes.length; row++) {
      const probability = 1 / (1 + Math.exp(-scores![row]!));
      weights.set(row, probability - outcomes[row]!, probability * (1 - probability));
    }
  }

  mean([scores]: Scores, outcomes: Float64Array): number {
    let sum = 0;
    for (let row = 0; row < outcomes.length; row++) {
      // log(1 + exp(z)) - y z, without overflow.
      const score = scores![row]!;
      sum += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - outcomes[row]! * score;
    }
    return sum / outcomes.length;
  }
}

/** Log loss of several classes: a score per class; hessians are the diagonal p (1 - p). */
class SoftmaxLoss implements Loss {
  readonly largestHessian = 0.25;
  /** Per class those of all rows at the scores that were measured last. */
  private probabilities: readonly Float64Array[] = [];
  /** Room for the largest score and the sum of powers of each row: asked for once, not in every iteration. */
  private most = new Float64Array(0);
  private sums = new Float64Array(0);

  constructor(readonly outputs: number) {}

  base(outcomes: Float64Array): Float64Array {
    return Float64Array.from(shares(outcomes, this.outputs), (share) => Math.fround(Math.log(share)));
  }

  measure(scores: Scores, outcomes: Float64Array, weights: RowWeights): void {
    weights.scale(1);
    if (this.probabilities[0]?.length !== outcomes.length) {
      this.probabilities = scores.map((own) => new Float64Array(own.length));
      this.most = new Float64Array(outcomes.length);
      this.sums = new Float64Array(outcomes.length);
    }
    const { most, sums, probabilities } = this;
    most.set(scores[0]!);
    for (const own of scores.slice(1)) raise(most, own);
    sums.fill(0);
    scores.forEach((own, output) => addPowers(own, most, probabilities[output]!, sums));
    for (const own of probabilities) divide(own, sums);
  }

  fill(output: number, _scores: Scores, outcomes: Float64Array, weights: RowWeights): void {
    const own = this.probabilities[output]!;
    for (let row = 0; row < outcomes.length; row++) {
      const probability = own[row]!;
      weights.set(row, probability - (outcomes[row] === output ? 1 : 0), probability * (1 - probability));
    }
  }

  mean(scores: Scores, outcomes: Float64Array): number {
    let sum = 0;
    for (let row = 0; row < outcomes.length; row++) sum += this.normaliser(scores, row) - scores[outcomes[row]!]![row]!;
    return sum / outcomes.length;
  }

  private normaliser(scores: Scores, row: number): number {
    let most = -Infinity;
    for (let c = 0; c < this.outputs; c++) if (scores[c]![row]! > most) most = scores[c]![row]!;
    let sum = 0;
    for (let c = 0; c < this.outputs; c++) sum += Math.exp(scores[c]![row]! - most);
    return most + Math.log(sum);
  }
}

/** Half the squared error. */
class SquaredLoss implements Loss {
  readonly outputs = 1;
  readonly largestHessian = 1;

  base(outcomes: Float64Array): Float64Array {
    return Float64Array.of(Math.fround(outcomes.reduce((mean, outcome) => mean + outcome / outcomes.length, 0)));
  }

  measure([scores]: Scores, outcomes: Float64Array, weights: RowWeights): void {
    let most = 0;
    for (let row = 0; row < outcomes.length; row++) most = Math.max(most, Math.abs(scores![row]! - outcomes[row]!));
    weights.scale(most);
  }

  fill(_output: number, [scores]: Scores, outcomes: Float64Array, weights: RowWeights): void {
    for (let row = 0; row < outcomes.length; row++) weights.set(row, scores![row]! - outcomes[row]!, 1);
  }

  mean([scores]: Scores, outcomes: Float64Array): number {
    let sum = 0;
    for (let row = 0; row < outcomes.length; row++) sum += (scores![row]! - outcomes[row]!) ** 2 / 2;
    return sum / outcomes.length;
  }
}

/** @param classes number of classes; 0 for a regression. */
export function lossOf(classes: number): Loss {
  if (classes === 0) return new SquaredLoss();
  return classes === 2 ? new LogisticLoss() : new SoftmaxLoss(classes);
}

/** Leaves the larger of two scores of each row. */
function raise(most: Float64Array, scores: Float64Array): void {
  for (let row = 0; row < most.length; row++) if (scores[row]! > most[row]!) most[row] = scores[row]!;
}

/** Writes exp(score - most) of each row and adds it to the row's sum. */
function addPowers(scores: Float64Array, most: Float64Array, powers: Float64Array, sums: Float64Array): void {
  for (let row = 0; row < scores.length; row++) sums[row]! += powers[row] = Math.exp(scores[row]! - most[row]!);
}

function divide(powers: Float64Array, sums: Float64Array): void {
  for (let row = 0; row < powers.length; row++) powers[row]! /= sums[row]!;
}

function shares(outcomes: Float64Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const outcome of outcomes) counts[outcome]! += 1 / outcomes.length;
  return counts;
}
