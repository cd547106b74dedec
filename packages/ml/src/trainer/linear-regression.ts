import { defineTrainer, unprocessable, type FitRequest, type FittedModel } from '@retrain/core';
import { linearRegressionModel } from '../onnx/linear-models.js';
import { solvePositiveDefinite } from './cholesky.js';
import { fitLineage } from './fit-lineage.js';
import { readTrainerOptions } from './options.js';
import { checkValues } from './outcomes.js';
import { CHECK_ROWS } from './check-rows.js';
import { measureStandardisation, spreadWeights, standardise } from './standardise.js';

const NAME = 'linear_regression';

/**
 * Ridge regression on standardised features, missing values at the mean, solved in closed form.
 *
 * Minimises mean squared error / 2 + l2 / 2 x (sum of squared weights); the intercept is free.
 * The seed changes nothing: there is no random choice.
 */
export const linearRegression = defineTrainer({
  name: NAME,
  description: 'Linear regression with an L2 penalty, solved exactly.',
  tasks: ['regression'],
  stateless: true,
  version: '1',
  parseOptions: (raw) =>
    readTrainerOptions(NAME, { l2: { kind: 'number', fallback: 0.001, least: 0, most: 1e6 } }, raw),
  fit,
});

async function fit(request: FitRequest): Promise<FittedModel> {
  const { dataset, signal } = request;
  checkValues(NAME, dataset);
  signal.throwIfAborted();
  const standardisation = measureStandardisation(dataset);
  const columns = standardisation.used.length;
  const matrix = standardise(dataset, dataset.rows, standardisation);
  const { weights, intercept } = solveRidge(matrix, columns, dataset.outcomes, request.options.l2 as number);
  request.onProgress(1);
  const rows = Math.min(dataset.rows, CHECK_ROWS);
  const scores = Float64Array.from({ length: rows }, (_, row) => predict(matrix, row, weights, intercept));
  return {
    artifact: linearRegressionModel({
      standardisation,
      weights: spreadWeights(weights, 1, dataset.schema.features.length, standardisation.used),
      intercepts: Float64Array.of(intercept),
      lineage: fitLineage(NAME, request),
    }),
    check: { rows, scores },
    diagnostics: { rows: dataset.rows, features_used: columns },
  };
}

/** Normal equations around the column means, so that the free intercept drops out of the system. */
function solveRidge(matrix: Float64Array, columns: number, outcomes: Float64Array, l2: number) {
  const rows = outcomes.length;
  const centre = new Float64Array(columns);
  let mean = 0;
  for (let row = 0; row < rows; row++) {
    mean += outcomes[row]! / rows;
    for (let column = 0; column < columns; column++) centre[column]! += matrix[row * columns + column]! / rows;
  }
  const products = new Float64Array(columns * columns);
  const right = new Float64Array(columns);
  const centred = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      centred[column] = matrix[row * columns + column]! - centre[column]!;
    }
    const target = (outcomes[row]! - mean) / rows;
    for (let a = 0; a < columns; a++) {
      right[a]! += centred[a]! * target;
      const share = centred[a]! / rows;
      for (let b = 0; b <= a; b++) products[a * columns + b]! += share * centred[b]!;
    }
  }
  for (let column = 0; column < columns; column++) products[column * columns + column]! += l2;
  const weights = solvePositiveDefinite(products, right);
  if (!weights) {
    throw unprocessable(
      'dependent_features',
      `With l2 = ${l2} the fit has no unique answer because some features are combinations of others; give ${NAME} l2 > 0.`,
    );
  }
  const intercept = weights.reduce((rest, weight, column) => rest - weight * centre[column]!, mean);
  return { weights, intercept };
}

function predict(matrix: Float64Array, row: number, weights: Float64Array, intercept: number): number {
  const offset = row * weights.length;
  return weights.reduce((sum, weight, column) => sum + weight * matrix[offset + column]!, intercept);
}
