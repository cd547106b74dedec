import type { Dataset, Task } from '@retrain/core';
import { randomNumbers } from '../trainer/random.js';

export interface SyntheticOptions {
  readonly rows: number;
  readonly features: number;
  /** Number of classes; 0 for a regression. */
  readonly classes: number;
  readonly seed: number;
  /** Share of values that are missing. */
  readonly missing?: number;
}

/**
 * Rows whose outcome depends linearly on the features, plus noise: features of differing mean and scale, class k the more
 * probable the larger the k-th hidden score.
 */
export function syntheticDataset({ rows, features, classes, seed, missing = 0 }: SyntheticOptions): Dataset {
  const random = randomNumbers(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const outputs = Math.max(classes, 1);
  const truth = Array.from({ length: outputs * features }, () => gauss() * 0.5);
  const values = new Float32Array(rows * features);
  const outcomes = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const hidden = Array.from({ length: outputs }, () =>
      classes > 0 ? -Math.log(-Math.log(random())) : gauss() * 0.1,
    );
    for (let column = 0; column < features; column++) {
      const standard = gauss();
      for (let output = 0; output < outputs; output++) hidden[output]! += truth[output * features + column]! * standard;
      const scale = 10 ** ((column % 4) - 1);
      values[row * features + column] = random() < missing ? NaN : standard * scale + column * scale;
    }
    outcomes[row] = classes > 0 ? hidden.indexOf(Math.max(...hidden)) : hidden[0]!;
  }
  const names = Array.from({ length: outputs }, (_, index) => `class_${index}`);
  const task: Task = classes > 0 ? { kind: 'classification', classes: names, ordered: false } : { kind: 'regression' };
  return {
    task,
    schema: {
      features: Array.from({ length: features }, (_, index) => ({ name: `f${index}`, kind: 'numeric', drift: true })),
    },
    rows,
    features: values,
    outcomes,
    times: Float64Array.from({ length: rows }, (_, row) => row * 86_400_000),
    keys: Array.from({ length: rows }, (_, row) => `row-${row}`),
  };
}
