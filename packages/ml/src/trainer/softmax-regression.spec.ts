import { slice, type Dataset, type FitRequest, type JsonObject, type TrainerDefinition } from '@retrain/core';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readLineage } from '../onnx/inspect-artifact.js';
import { OnnxScorerLoader } from '../scoring/onnx-scorer-loader.js';
import { syntheticDataset } from '../testing/synthetic-dataset.js';
import { minimise } from './lbfgs.js';
import { solvePositiveDefinite } from './cholesky.js';
import { SoftmaxObjective } from './softmax-objective.js';
import { softmaxRegression } from './softmax-regression.js';

function request(dataset: Dataset, given: JsonObject = {}, over: Partial<FitRequest> = {}): FitRequest {
  const options = (softmaxRegression as TrainerDefinition).parseOptions(given);
  const signal = new AbortController().signal;
  return { dataset, options, seed: 1, lineage: { run: 'run-1' }, signal, onProgress: () => undefined, ...over };
}

async function score(artifact: Uint8Array, dataset: Dataset, rows: number): Promise<Float32Array> {
  const inputs = dataset.schema.features.length;
  const outputs = dataset.task.kind === 'classification' ? dataset.task.classes.length : 1;
  const scorer = await new OnnxScorerLoader().load(artifact, { inputs, outputs, probabilities: outputs > 1 });
  const scores = await scorer.score(dataset.features.slice(0, rows * inputs), rows);
  await scorer.release();
  return scores;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}

/** Textbook Newton's method with a finite-difference Hessian: slow, independent of L-BFGS. */
function newtonOptimum(objective: SoftmaxObjective): { point: Float64Array; value: number } {
  const { size } = objective;
  const point: Float64Array = new Float64Array(size);
  const gradient = new Float64Array(size);
  for (let round = 0; round < 12; round++) {
    objective.evaluate(point, gradient);
    const hessian = new Float64Array(size * size);
    for (let column = 0; column < size; column++) {
      const step = 1e-5;
      const [ahead, behind] = [1, -1].map((sign) => {
        const moved = Float64Array.from(point);
        moved[column]! += sign * step;
        const there = new Float64Array(size);
        objective.evaluate(moved, there);
        return there;
      });
      for (let row = 0; row < size; row++) hessian[row * size + column] = (ahead![row]! - behind![row]!) / (2 * step);
    }
    // Equal shifts of all intercepts change nothing: a little ridge makes the system regular.
    for (let index = 0; index < size; index++) hessian[index * size + index]! += 1e-9;
    const change = solvePositiveDefinite(hessian, gradient)!;
    for (let index = 0; index < size; index++) point[index]! -= change[index]!;
  }
  return { point, value: objective.evaluate(point, gradient) };
}

describe('the optimum of a softmax regression', () => {
  const dataset = syntheticDataset({ rows: 300, features: 4, classes: 3, seed: 7 });
  const objective = new SoftmaxObjective({
    matrix: Float64Array.from(dataset.features),
    rows: dataset.rows,
    columns: 4,
    classes: dataset.outcomes,
    classCount: 3,
    l2: 0.05,
  });

  it('has a gradient that agrees with finite differences', () => {
    const point = Float64Array.from({ length: objective.size }, (_, index) => Math.sin(index) / 10);
    const gradient = new Float64Array(objective.size);
    const scratch = new Float64Array(objective.size);
    objective.evaluate(point, gradient);
    for (let index = 0; index < objective.size; index++) {
      const ahead = Float64Array.from(point);
      const behind = Float64Array.from(point);
      ahead[index]! += 1e-6;
      behind[index]! -= 1e-6;
      const slope = (objective.evaluate(ahead, scratch) - objective.evaluate(behind, scratch)) / 2e-6;
      expect(gradient[index]).toBeCloseTo(slope, 6);
    }
  });

  it('is the one that Newton finds', async () => {
    const found = await minimise(objective, new Float64Array(objective.size), { tolerance: 1e-9, maxIterations: 2000 });
    const newton = newtonOptimum(objective);
    expect(found.converged).toBe(true);
    expect(found.gradientNorm).toBeLessThanOrEqual(1e-9);
    expect(found.value).toBeCloseTo(newton.value, 12);
    expect(largestDifference(found.point.subarray(0, 12), newton.point.subarray(0, 12))).toBeLessThan(1e-6);
  });
});

describe('softmaxRegression', () => {
  it('gives the same bytes for the same request, other bytes for another lineage', async () => {
    const dataset = syntheticDataset({ rows: 400, features: 6, classes: 3, seed: 3, missing: 0.1 });
    const hash = async (over?: Partial<FitRequest>) =>
      createHash('sha256')
        .update((await softmaxRegression.fit(request(dataset, {}, over))).artifact)
        .digest('hex');
    const first = await hash();
    expect(await hash()).toBe(first);
    expect(await hash({ lineage: { run: 'run-2' } })).not.toBe(first);
  });

  it('converges and learns: better than always answering the shares of the classes', async () => {
    const dataset = syntheticDataset({ rows: 2000, features: 8, classes: 3, seed: 5, missing: 0.05 });
    const { check, diagnostics } = await softmaxRegression.fit(request(dataset, { l2: 0.001 }));
    const logLoss = (probability: (row: number, outcome: number) => number) =>
      Array.from({ length: check.rows }, (_, row) => -Math.log(probability(row, dataset.outcomes[row]!))).reduce(
        (sum, loss) => sum + loss / check.rows,
        0,
      );
    const shares = [0, 1, 2].map((k) => dataset.outcomes.filter((outcome) => outcome === k).length / dataset.rows);
    expect(diagnostics).toMatchObject({ converged: true, features_used: 8 });
    expect(logLoss((row, outcome) => check.scores[row * 3 + outcome]!)).toBeLessThan(
      logLoss((_, outcome) => shares[outcome]!) - 0.1,
    );
  });

  it('scores in ONNX Runtime as in the trainer, whatever the data', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rows: fc.constant(500),
          features: fc.integer({ min: 1, max: 12 }),
          classes: fc.integer({ min: 2, max: 5 }),
          seed: fc.integer({ min: 0, max: 1e6 }),
          missing: fc.double({ min: 0, max: 0.5, noNaN: true }),
        }),
        fc.constantFrom(0.001, 0.1),
        async (shape, l2) => {
          const dataset = syntheticDataset(shape);
          fc.pre(new Set(dataset.outcomes).size === shape.classes);
          const { artifact, check } = await softmaxRegression.fit(request(dataset, { l2 }));
          expect(check.rows).toBe(500);
          expect(largestDifference(await score(artifact, dataset, 500), check.scores)).toBeLessThanOrEqual(1e-5);
        },
      ),
      { numRuns: 15, seed: 20 },
    );
  });

  it('shrinks weights with l2 alike for a dataset and the same dataset twice', async () => {
    const once = syntheticDataset({ rows: 300, features: 3, classes: 2, seed: 11 });
    const twice: Dataset = {
      ...once,
      rows: 600,
      features: Float32Array.from([...once.features, ...once.features]),
      outcomes: Float64Array.from([...once.outcomes, ...once.outcomes]),
    };
    const fitted = await Promise.all([once, twice].map((dataset) => softmaxRegression.fit(request(dataset))));
    const [a, b] = fitted.map(({ check }) => check.scores.subarray(0, 600));
    expect(largestDifference(a!, b!)).toBeLessThan(1e-6);
  });

  it('leaves out features without variance and those never observed', async () => {
    const dataset = syntheticDataset({ rows: 200, features: 4, classes: 2, seed: 2 });
    for (let row = 0; row < 200; row++) {
      dataset.features[row * 4 + 1] = 0.1;
      dataset.features[row * 4 + 2] = NaN;
    }
    const { artifact, check, diagnostics } = await softmaxRegression.fit(request(dataset));
    expect(diagnostics).toMatchObject({ features_used: 2 });
    const moved = Float32Array.from(dataset.features, (value, index) =>
      index % 4 === 1 || index % 4 === 2 ? 99 : value,
    );
    const scores = await score(artifact, { ...dataset, features: moved }, 200);
    expect(largestDifference(scores, check.scores)).toBeLessThan(1e-5);
  });

  it('predicts the shares of the classes when no feature varies', async () => {
    const dataset = syntheticDataset({ rows: 100, features: 2, classes: 2, seed: 2 });
    dataset.features.fill(1);
    const share = dataset.outcomes.filter((outcome) => outcome === 1).length / 100;
    const { artifact } = await softmaxRegression.fit(request(dataset));
    expect((await score(artifact, dataset, 1))[1]).toBeCloseTo(share, 6);
  });

  it('writes down who made the model, from what and how', async () => {
    const dataset = syntheticDataset({ rows: 60, features: 2, classes: 2, seed: 1 });
    const { artifact } = await softmaxRegression.fit(request(dataset, { l2: 0.3 }));
    expect(readLineage(artifact)).toMatchObject({
      run: 'run-1',
      trainer: 'softmax_regression',
      options: '{"l2":0.3,"max_iterations":1000,"tolerance":1e-7,"calibration":"none","warm_start":false}',
      seed: '1',
      rows: '60',
      features: '["f0","f1"]',
      classes: '["class_0","class_1"]',
    });
  });

  it('refuses data in which a class never happens', async () => {
    const dataset = syntheticDataset({ rows: 50, features: 2, classes: 3, seed: 1 });
    dataset.outcomes.forEach((outcome, row) => (dataset.outcomes[row] = outcome === 1 ? 0 : outcome));
    await expect(softmaxRegression.fit(request(dataset))).rejects.toMatchObject({
      code: 'insufficient_data',
      message: expect.stringContaining('class_1') as string,
    });
  });

  it('refuses infinite features, numbers as outcomes and outcomes out of range', async () => {
    const dataset = syntheticDataset({ rows: 50, features: 2, classes: 2, seed: 1 });
    const infinite = { ...dataset, features: dataset.features.with(5, Infinity) };
    await expect(softmaxRegression.fit(request(infinite))).rejects.toMatchObject({ code: 'infinite_feature' });
    const strange = { ...dataset, outcomes: dataset.outcomes.with(3, 2) };
    await expect(softmaxRegression.fit(request(strange))).rejects.toMatchObject({ code: 'invalid_outcome' });
    const regression: Dataset = { ...dataset, task: { kind: 'regression' } };
    await expect(softmaxRegression.fit(request(regression))).rejects.toMatchObject({ code: 'unsupported_task' });
  });

  it('tells its progress, rising to 1, and stops between iterations when aborted', async () => {
    const dataset = syntheticDataset({ rows: 500, features: 10, classes: 3, seed: 9 });
    const progress: number[] = [];
    await softmaxRegression.fit(request(dataset, { l2: 0.001 }, { onProgress: (fraction) => progress.push(fraction) }));
    expect(progress.length).toBeGreaterThan(3);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);

    const controller = new AbortController();
    const reason = new Error('cancelled by a person');
    const seen: number[] = [];
    const onProgress = (fraction: number) => {
      seen.push(fraction);
      controller.abort(reason);
    };
    const aborted = softmaxRegression.fit(request(dataset, { l2: 0.001 }, { signal: controller.signal, onProgress }));
    await expect(aborted).rejects.toBe(reason);
    expect(seen).toHaveLength(1);
  });

  it('begins from an earlier model of its own and ends at the same optimum, sooner', async () => {
    const dataset = syntheticDataset({ rows: 800, features: 8, classes: 3, seed: 6, missing: 0.1 });
    const options = { l2: 0.001, tolerance: 1e-9, warm_start: true };
    const before = slice(dataset, 0, 700);
    const cold = await softmaxRegression.fit(request(dataset, options));
    const { artifact: initial } = await softmaxRegression.fit(request(before, options));
    const warm = await softmaxRegression.fit(request(dataset, options, { initial }));
    expect(cold.diagnostics.warm_start).toEqual({ used: false, reason: 'no model answers yet' });
    expect(warm.diagnostics.warm_start).toEqual({ used: true });
    expect(largestDifference(warm.check.scores, cold.check.scores)).toBeLessThan(1e-6);
    expect(warm.diagnostics.iterations).toBeLessThan(cold.diagnostics.iterations as number);
    expect(warm.artifact).toEqual((await softmaxRegression.fit(request(dataset, options, { initial }))).artifact);
  });

  it('begins where the earlier model ended, however the features are scaled now', async () => {
    const dataset = syntheticDataset({ rows: 500, features: 4, classes: 3, seed: 8 });
    const options = { l2: 0, tolerance: 1e-5, warm_start: true };
    const { artifact: initial } = await softmaxRegression.fit(request(dataset, { ...options, tolerance: 1e-9 }));
    // A value less moves mean and scale of its feature, and the optimum a little.
    const spread = { ...dataset, features: dataset.features.slice() };
    spread.features[3] = NaN;
    const { diagnostics } = await softmaxRegression.fit(request(spread, options, { initial }));
    const cold = await softmaxRegression.fit(request(spread, options));
    expect(diagnostics.iterations).toBeLessThan((cold.diagnostics.iterations as number) / 2);
  });

  it('begins cold, and says why, when the earlier model is not one of its own on the same data', async () => {
    const dataset = syntheticDataset({ rows: 200, features: 3, classes: 2, seed: 6 });
    const other = syntheticDataset({ rows: 200, features: 4, classes: 2, seed: 6 });
    const three = syntheticDataset({ rows: 200, features: 3, classes: 3, seed: 6 });
    const cold = await softmaxRegression.fit(request(dataset, { warm_start: true }));
    const reasons: [Uint8Array, string][] = [
      [(await softmaxRegression.fit(request(other))).artifact, 'the given model reads other features'],
      [(await softmaxRegression.fit(request(three))).artifact, 'the given model tells other classes apart'],
      [Uint8Array.of(1, 2, 3), 'The model file is refused: these bytes are not an ONNX model.'],
    ];
    for (const [initial, reason] of reasons) {
      const fitted = await softmaxRegression.fit(request(dataset, { warm_start: true }, { initial }));
      expect(fitted.diagnostics.warm_start).toEqual({ used: false, reason });
      expect(fitted.artifact).toEqual(cold.artifact);
    }
    const unasked = await softmaxRegression.fit(request(dataset, {}, { initial: reasons[0]![0] }));
    expect(unasked.diagnostics).not.toHaveProperty('warm_start');
  });

  it('says so when it ran out of iterations', async () => {
    const dataset = syntheticDataset({ rows: 300, features: 5, classes: 3, seed: 4 });
    const { diagnostics } = await softmaxRegression.fit(request(dataset, { l2: 0.001, max_iterations: 2 }));
    expect(diagnostics).toMatchObject({ converged: false, iterations: 2 });
  });

  it('completes its options and refuses all wrong ones at once', () => {
    expect(softmaxRegression.parseOptions({})).toEqual({
      l2: 0.1,
      max_iterations: 1000,
      tolerance: 1e-7,
      calibration: 'none',
      warm_start: false,
    });
    const parse = () => softmaxRegression.parseOptions({ l2: -1, max_iterations: 2.5, penalty: 'l1' });
    expect(parse).toThrow(
      expect.objectContaining({
        code: 'invalid_trainer_options',
        issues: ['penalty', 'l2', 'max_iterations'].map((path) => expect.objectContaining({ path }) as object),
      }) as Error,
    );
  });
});
