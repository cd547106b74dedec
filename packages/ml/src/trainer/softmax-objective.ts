import type { Objective } from './lbfgs.js';
import { normalise } from './probabilities.js';

export interface SoftmaxProblem {
  /** rows x columns, row-major, standardised. */
  readonly matrix: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** Class index of each row. */
  readonly classes: Float64Array;
  readonly classCount: number;
  readonly l2: number;
}

/**
 * Mean log loss of a softmax regression plus l2 / 2 times the sum of squared weights (intercepts are not penalised).
 *
 * Variables: classCount x columns weights, row-major, then classCount intercepts.
 */
export class SoftmaxObjective implements Objective {
  readonly size: number;

  constructor(private readonly problem: SoftmaxProblem) {
    this.size = problem.classCount * (problem.columns + 1);
  }

  evaluate(point: Float64Array, gradient: Float64Array): number {
    const { matrix, rows, columns, classes, classCount, l2 } = this.problem;
    const intercepts = classCount * columns;
    const scores = new Float64Array(classCount);
    gradient.fill(0);
    let loss = 0;
    for (let row = 0, offset = 0; row < rows; row++, offset += columns) {
      scoreRow(matrix, offset, columns, point, classCount, scores);
      const truth = classes[row]!;
      const truthScore = scores[truth]!;
      loss += normalise(scores) - truthScore;
      for (let c = 0, at = 0; c < classCount; c++, at += columns) {
        const residual = scores[c]! - (c === truth ? 1 : 0);
        for (let column = 0; column < columns; column++) gradient[at + column]! += residual * matrix[offset + column]!;
        gradient[intercepts + c]! += residual;
      }
    }
    let penalty = 0;
    for (let index = 0; index < this.size; index++) {
      gradient[index]! /= rows;
      if (index >= intercepts) continue;
      gradient[index]! += l2 * point[index]!;
      penalty += point[index]! ** 2;
    }
    return loss / rows + (l2 / 2) * penalty;
  }
}

/** Scores (logarithms of probabilities up to a constant) of a standardised matrix: rows x classCount, row-major. */
export function linearScores(
  matrix: Float64Array,
  rows: number,
  columns: number,
  point: Float64Array,
  classCount: number,
): Float64Array {
  const result = new Float64Array(rows * classCount);
  for (let row = 0; row < rows; row++) {
    scoreRow(matrix, row * columns, columns, point, classCount, result.subarray(row * classCount));
  }
  return result;
}

function scoreRow(
  matrix: Float64Array,
  offset: number,
  columns: number,
  point: Float64Array,
  classCount: number,
  scores: Float64Array,
): void {
  const intercepts = classCount * columns;
  for (let c = 0, at = 0; c < classCount; c++, at += columns) {
    let sum = point[intercepts + c]!;
    for (let column = 0; column < columns; column++) sum += matrix[offset + column]! * point[at + column]!;
    scores[c] = sum;
  }
}
