import type { Dataset, FitRequest, JsonObject, TrainerDefinition } from '@retrain/core';
import { OnnxScorerLoader } from '../scoring/onnx-scorer-loader.js';
import { syntheticDataset } from '../testing/synthetic-dataset.js';
import { solvePositiveDefinite } from './cholesky.js';
import { linearRegression } from './linear-regression.js';

function request(dataset: Dataset, given: JsonObject = {}): FitRequest {
  const options = (linearRegression as TrainerDefinition).parseOptions(given);
  return { dataset, options, seed: 1, lineage: {}, signal: new AbortController().signal, onProgress: () => undefined };
}

describe('linearRegression', () => {
  it('finds the line that made the data', async () => {
    const made = syntheticDataset({ rows: 200, features: 2, classes: 0, seed: 1 });
    const line = (row: number) => 3 + 2 * made.features[row * 2]! - 0.5 * made.features[row * 2 + 1]!;
    const dataset = { ...made, outcomes: Float64Array.from({ length: 200 }, (_, row) => line(row)) };
    const { check } = await linearRegression.fit(request(dataset, { l2: 0 }));
    check.scores.forEach((score, row) => expect(score).toBeCloseTo(line(row), 9));
  });

  it('leaves residuals that no feature explains (normal equations with ridge)', async () => {
    const dataset = syntheticDataset({ rows: 500, features: 5, classes: 0, seed: 8, missing: 0.1 });
    const { check } = await linearRegression.fit(request(dataset, { l2: 0 }));
    for (let column = 0; column < 5; column++) {
      const values = Array.from({ length: 500 }, (_, row) => dataset.features[row * 5 + column]!);
      const seen = values.filter((value) => !Number.isNaN(value));
      const mean = seen.reduce((sum, value) => sum + value / seen.length, 0);
      const covariance = values.reduce(
        (sum, value, row) =>
          sum + (Number.isNaN(value) ? 0 : (value - mean) * (dataset.outcomes[row]! - check.scores[row]!)),
        0,
      );
      expect(covariance / 500).toBeCloseTo(0, 5);
    }
  });

  it('scores in ONNX Runtime as in the trainer', async () => {
    const dataset = syntheticDataset({ rows: 500, features: 7, classes: 0, seed: 3, missing: 0.2 });
    const { artifact, check } = await linearRegression.fit(request(dataset));
    const scorer = await new OnnxScorerLoader().load(artifact, { inputs: 7, outputs: 1, probabilities: false });
    const scores = await scorer.score(dataset.features, 500);
    await scorer.release();
    expect(scores).toHaveLength(500);
    scores.forEach((score, row) => expect(Math.abs(score - check.scores[row]!)).toBeLessThanOrEqual(1e-5));
  });

  it('asks for l2 when features are combinations of others, and then shares their weight', async () => {
    const dataset = syntheticDataset({ rows: 100, features: 2, classes: 0, seed: 6 });
    for (let row = 0; row < 100; row++) dataset.features[row * 2 + 1] = dataset.features[row * 2]!;
    await expect(linearRegression.fit(request(dataset, { l2: 0 }))).rejects.toMatchObject({
      code: 'dependent_features',
    });
    await expect(linearRegression.fit(request(dataset, { l2: 0.01 }))).resolves.toBeDefined();
  });

  it('refuses outcomes that are not finite, too few rows and classes', async () => {
    const dataset = syntheticDataset({ rows: 10, features: 1, classes: 0, seed: 6 });
    const broken = { ...dataset, outcomes: dataset.outcomes.with(4, NaN) };
    await expect(linearRegression.fit(request(broken))).rejects.toMatchObject({ code: 'invalid_outcome' });
    await expect(linearRegression.fit(request({ ...dataset, rows: 1 }))).rejects.toMatchObject({
      code: 'insufficient_data',
    });
    const classes: Dataset = { ...dataset, task: { kind: 'classification', classes: ['a', 'b'], ordered: false } };
    await expect(linearRegression.fit(request(classes))).rejects.toMatchObject({ code: 'unsupported_task' });
  });
});

describe('solvePositiveDefinite', () => {
  it('solves a system whose answer is known', () => {
    const solution = solvePositiveDefinite(Float64Array.of(4, 0, 0, 2, 5, 0, 1, 3, 6), Float64Array.of(11, 21, 25))!;
    [1, 2, 3].forEach((expected, index) => expect(solution[index]).toBeCloseTo(expected, 12));
  });

  it('has no answer for a matrix that is not positive definite', () => {
    expect(solvePositiveDefinite(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toBeUndefined();
  });
});
