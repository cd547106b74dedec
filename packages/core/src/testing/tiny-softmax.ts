import type { Dataset } from '../dataset/dataset.js';
import { defineTrainer, type FitRequest } from '../run/trainer-definition.js';
import type { Json } from '../shared/json.js';

/** What the tiny trainer stores: a linear softmax over standardised features, missing values at the mean. */
export interface TinyModel {
  readonly format: 'tiny-softmax';
  readonly inputs: number;
  readonly outputs: number;
  readonly means: readonly number[];
  readonly scales: readonly number[];
  /** outputs x (inputs + 1), the intercept last. */
  readonly weights: readonly (readonly number[])[];
  readonly lineage: Readonly<Record<string, string>>;
}

const CHECKED = 50;

/** A real trainer in forty lines: full-batch gradient descent. `steps: 0` gives a model that knows nothing. */
export const tinySoftmax = defineTrainer({
  name: 'tiny_softmax',
  description: 'Softmax regression by a few steps of gradient descent',
  tasks: ['classification'],
  parseOptions: (raw: Readonly<Record<string, Json>>) => ({ steps: Number(raw['steps'] ?? 60) }),
  async fit({ dataset, options, lineage, signal, onProgress }: FitRequest) {
    const inputs = dataset.schema.features.length;
    const outputs = dataset.task.kind === 'classification' ? dataset.task.classes.length : 1;
    const { means, scales } = moments(dataset, inputs);
    const weights = Array.from({ length: outputs }, () => new Array<number>(inputs + 1).fill(0));
    const model: TinyModel = { format: 'tiny-softmax', inputs, outputs, means, scales, weights, lineage };
    const steps = Number(options['steps']);
    for (let step = 0; step < steps; step++) {
      signal.throwIfAborted();
      descend(model, weights, dataset);
      onProgress((step + 1) / steps);
    }
    const rows = Math.min(CHECKED, dataset.rows);
    const scores = Float64Array.from(tinyScores(model, dataset.features, rows));
    const artifact = new TextEncoder().encode(JSON.stringify(model));
    return { artifact, check: { rows, scores }, diagnostics: { steps } };
  },
});

/** Probabilities of `rows` rows, row-major. */
export function tinyScores(model: TinyModel, features: Float32Array, rows: number): Float32Array {
  const scores = new Float32Array(rows * model.outputs);
  for (let row = 0; row < rows; row++)
    scores.set(probabilities(model, inputsOf(model, features, row)), row * model.outputs);
  return scores;
}

function descend(model: TinyModel, weights: number[][], dataset: Dataset): void {
  const gradients = weights.map((line) => line.map(() => 0));
  for (let row = 0; row < dataset.rows; row++) {
    const inputs = inputsOf(model, dataset.features, row);
    probabilities(model, inputs).forEach((probability, output) => {
      const error = probability - (dataset.outcomes[row] === output ? 1 : 0);
      inputs.forEach((input, column) => (gradients[output]![column]! += (error * input) / dataset.rows));
    });
  }
  gradients.forEach((line, output) => line.forEach((value, column) => (weights[output]![column]! -= value)));
}

/** Standardised inputs of a row and a one for the intercept. */
function inputsOf({ inputs, means, scales }: TinyModel, features: Float32Array, row: number): number[] {
  const standardised = Array.from({ length: inputs }, (_, column) => {
    const value = features[row * inputs + column]!;
    return Number.isNaN(value) ? 0 : (value - means[column]!) / scales[column]!;
  });
  return [...standardised, 1];
}

function probabilities({ weights }: TinyModel, inputs: readonly number[]): number[] {
  const margins = weights.map((line) => line.reduce((sum, weight, column) => sum + weight * inputs[column]!, 0));
  const highest = Math.max(...margins);
  const powers = margins.map((margin) => Math.exp(margin - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function moments(dataset: Dataset, inputs: number): { means: number[]; scales: number[] } {
  const means: number[] = [];
  const scales: number[] = [];
  for (let column = 0; column < inputs; column++) {
    const values = Array.from({ length: dataset.rows }, (_, row) => dataset.features[row * inputs + column]!);
    const known = values.filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
    const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length);
    means.push(mean);
    scales.push(Math.sqrt(variance) || 1);
  }
  return { means, scales };
}
