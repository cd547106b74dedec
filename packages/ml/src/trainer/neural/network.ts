import { randomNumbers } from '../random.js';
import { PARAMETERS } from './training-graph.js';

/** Weights and intercepts by the names of `PARAMETERS`, weights inputs x outputs of their layer, row-major. */
export type Parameters = Readonly<Record<(typeof PARAMETERS)[number], Float32Array>>;

export interface Shape {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

/**
 * Weights drawn so that units neither vanish nor explode (He et al. 2015); those of the outputs small, so that the first
 * answers are near the given intercepts.
 */
export function firstParameters(
  { inputs, hidden, outputs }: Shape,
  start: ArrayLike<number>,
  seed: number,
): Parameters {
  const random = randomNumbers(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const drawn = (from: number, to: number, deviation: number) =>
    Float32Array.from({ length: from * to }, () => normal() * deviation);
  return {
    hidden_weights: drawn(inputs, hidden, Math.sqrt(2 / Math.max(1, inputs))),
    hidden_intercepts: new Float32Array(hidden),
    output_weights: drawn(hidden, outputs, 0.1 * Math.sqrt(1 / hidden)),
    output_intercepts: Float32Array.from(start),
  };
}

/** Scores of a standardised matrix (rows x inputs): rows x outputs, in float64. */
export function networkScores(
  parameters: Parameters,
  { inputs, hidden, outputs }: Shape,
  matrix: ArrayLike<number>,
  rows: number,
): Float64Array {
  const { hidden_weights: first, output_weights: second } = parameters;
  const scores = new Float64Array(rows * outputs);
  const units = new Float64Array(hidden);
  for (let row = 0; row < rows; row++) {
    units.set(parameters.hidden_intercepts);
    for (let input = 0, at = 0; input < inputs; input++) {
      const value = matrix[row * inputs + input]!;
      for (let unit = 0; unit < hidden; unit++, at++) units[unit]! += value * first[at]!;
    }
    const line = scores.subarray(row * outputs, (row + 1) * outputs);
    line.set(parameters.output_intercepts);
    for (let unit = 0; unit < hidden; unit++) {
      const active = units[unit]!;
      if (active <= 0) continue;
      for (let output = 0; output < outputs; output++) line[output]! += active * second[unit * outputs + output]!;
    }
  }
  return scores;
}

/** Rows x columns to columns x rows. */
export function transposed<T extends Float32Array | Float64Array>(matrix: T, rows: number, columns: number): T {
  const turned = matrix.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = matrix[row * columns + column]!;
  }
  return turned;
}
