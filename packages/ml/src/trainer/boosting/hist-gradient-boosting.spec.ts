import { slice, type Dataset, type FitRequest, type JsonObject } from '@retrain/core';
import fc from 'fast-check';
import { expectServedAsFitted } from '../../testing/data-shapes.js';
import { syntheticDataset } from '../../testing/synthetic-dataset.js';
import { largestDifference, lossOf, request, served } from '../../testing/trainer-contract.js';
import { histGradientBoosting } from './hist-gradient-boosting.js';

const fit = (dataset: Dataset, options: JsonObject = {}, over: Partial<FitRequest> = {}) =>
  histGradientBoosting.fit(request(histGradientBoosting, dataset, options, over));

/** Class 1 where exactly one of two features is above 0, or the first is missing: no linear rule tells. */
function crossed(rows: number): Dataset {
  const dataset = syntheticDataset({ rows, features: 4, classes: 2, seed: 3 });
  for (let row = 0; row < rows; row++) {
    const line = dataset.features.subarray(row * 4, row * 4 + 4);
    if (row % 10 === 0) line[0] = NaN;
    dataset.outcomes[row] = Number.isNaN(line[0]!) || line[0]! > 0 !== line[2]! > 2 * 10 ? 1 : 0;
  }
  return dataset;
}

describe('histGradientBoosting', () => {
  it('learns what no linear model can, missing values too', async () => {
    const dataset = crossed(3000);
    const { artifact } = await fit(slice(dataset, 0, 2000));
    const unseen = slice(dataset, 2000, 3000);
    expect(lossOf(await served(artifact, unseen), unseen)).toBeLessThan(0.1);
  });

  it('scores in ONNX Runtime as in the trainer, whatever the data and the options', () =>
    expectServedAsFitted(histGradientBoosting, {
      options: fc.record({
        learning_rate: fc.constantFrom(0.05, 0.5),
        max_leaf_nodes: fc.integer({ min: 2, max: 40 }),
        max_bins: fc.constantFrom(2, 7, 255),
        min_samples_leaf: fc.integer({ min: 1, max: 50 }),
        row_share: fc.constantFrom(0.4, 1),
        column_share: fc.constantFrom(0.5, 1),
        l2: fc.constantFrom(0, 3),
        early_stopping: fc.boolean(),
      }),
      quick: { max_iterations: 12 },
      // Few distinct values, negative zeros and neighbours in float32 among them.
      harden: ({ features }) =>
        features.forEach((value, index) => {
          if (index % 3 === 0) features[index] = Math.round(value);
          if (index % 7 === 0) features[index] = value > 0 ? 1 : 1 + 2 ** -23;
        }),
      runs: 20,
      seed: 31,
    }));

  it('lets the newest rows say when to stop, and fits all rows for so long', async () => {
    const dataset = syntheticDataset({ rows: 900, features: 4, classes: 2, seed: 4 });
    const known = slice(dataset, 0, 600);
    const unseen = slice(dataset, 600, 900);
    const options = { learning_rate: 0.3, max_iterations: 100, min_samples_leaf: 10 };
    const stopped = await fit(known, options);
    expect(stopped.diagnostics.holdout_rows).toBe(90);
    expect(stopped.diagnostics.iterations).toBeGreaterThan(1);
    expect(stopped.diagnostics.iterations).toBeLessThan(50);
    const never = await fit(known, { ...options, early_stopping: false });
    expect(lossOf(await served(stopped.artifact, unseen), unseen)).toBeLessThan(
      lossOf(await served(never.artifact, unseen), unseen),
    );
  });

  it('holds nothing out when there is too little, and says so', async () => {
    const dataset = syntheticDataset({ rows: 100, features: 3, classes: 2, seed: 4 });
    const { diagnostics } = await fit(dataset, { max_iterations: 5 });
    expect(diagnostics).toMatchObject({ iterations: 5, early_stopping: 'too few rows to hold some out' });
  });

  it('keeps to its leaves, their rows and its depth', async () => {
    const dataset = syntheticDataset({ rows: 1000, features: 3, classes: 0, seed: 4 });
    const valuesOf = async (options: JsonObject) => {
      const one = { max_iterations: 1, learning_rate: 1, l2: 0, early_stopping: false, ...options };
      const scores = await served((await fit(dataset, one)).artifact, dataset);
      const counts = new Map<number, number>();
      scores.forEach((score) => counts.set(score, (counts.get(score) ?? 0) + 1));
      return [...counts.values()];
    };
    expect(await valuesOf({ max_leaf_nodes: 7, min_samples_leaf: 1 })).toHaveLength(7);
    expect(await valuesOf({ max_depth: 2, min_samples_leaf: 1 })).toHaveLength(4);
    const roomy = await valuesOf({ min_samples_leaf: 120, max_leaf_nodes: 100 });
    expect(roomy.length).toBeGreaterThan(4);
    expect(Math.min(...roomy)).toBeGreaterThanOrEqual(120);
  });

  it('fits the means of groups exactly with one tree and no shrinkage', async () => {
    const dataset = syntheticDataset({ rows: 600, features: 1, classes: 0, seed: 4 });
    for (let row = 0; row < 600; row++) {
      dataset.features[row] = row % 3 === 2 ? NaN : row % 3;
      dataset.outcomes[row] = [5, -1, 2][row % 3]! + (row % 2);
    }
    const { artifact } = await fit(dataset, { max_iterations: 1, learning_rate: 1, l2: 0, early_stopping: false });
    const answers = await served(artifact, slice(dataset, 0, 3));
    expect(largestDifference(answers, [5.5, -0.5, 2.5])).toBeLessThan(1e-6);
  });

  it('continues the trees of an earlier model of its own, and gets better by it', async () => {
    const dataset = syntheticDataset({ rows: 2000, features: 6, classes: 3, seed: 9, missing: 0.1 });
    const options = { max_iterations: 10, early_stopping: false, warm_start: true, warm_iterations: 25 };
    const { artifact: initial } = await fit(slice(dataset, 0, 1200), options);
    const known = slice(dataset, 0, 1500);
    const warm = await fit(known, options, { initial });
    expect(warm.diagnostics).toMatchObject({ warm_start: { used: true }, iterations: 25, trees: 105 });
    expect(largestDifference(await served(warm.artifact, slice(known, 0, 1000)), warm.check.scores)).toBeLessThan(1e-5);
    const unseen = slice(dataset, 1500, 2000);
    const [before, after] = [await served(initial, unseen), await served(warm.artifact, unseen)];
    expect(lossOf(after, unseen)).toBeLessThan(lossOf(before, unseen));
    expect((await fit(known, options, { initial })).artifact).toEqual(warm.artifact);
    const third = await fit(known, options, { initial: warm.artifact });
    expect(third.diagnostics.warm_start).toMatchObject({
      used: false,
      reason: expect.stringContaining('begun anew') as string,
    });
  });

  it('gives other trees for another seed only where something is chosen by chance', async () => {
    const dataset = syntheticDataset({ rows: 400, features: 4, classes: 2, seed: 2 });
    const scores = async (options: JsonObject, seed: number) =>
      (await fit(dataset, { max_iterations: 10, ...options }, { seed })).check.scores;
    expect(await scores({}, 1)).toEqual(await scores({}, 2));
    expect(await scores({ row_share: 0.5 }, 1)).not.toEqual(await scores({ row_share: 0.5 }, 2));
    expect(await scores({ column_share: 0.5 }, 1)).not.toEqual(await scores({ column_share: 0.5 }, 2));
  });

  it('stops between trees when it is aborted', async () => {
    const dataset = syntheticDataset({ rows: 800, features: 4, classes: 3, seed: 2 });
    const controller = new AbortController();
    const reason = new Error('cancelled by a person');
    const told: number[] = [];
    const onProgress = (fraction: number) => {
      told.push(fraction);
      if (told.length === 3) controller.abort(reason);
    };
    await expect(fit(dataset, {}, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(told).toHaveLength(3);
  });

  it('refuses fewer rows than two leaves need, and wrong options', async () => {
    const dataset = syntheticDataset({ rows: 79, features: 2, classes: 2, seed: 2 });
    await expect(fit(dataset)).rejects.toMatchObject({
      code: 'insufficient_data',
      message: expect.stringContaining('79 rows do not fill two leaves of 40') as string,
    });
    expect(() => histGradientBoosting.parseOptions({ learning_rate: 0, max_bins: 256, leaves: 3 })).toThrow(
      expect.objectContaining({
        code: 'invalid_trainer_options',
        issues: ['leaves', 'learning_rate', 'max_bins'].map((path) => expect.objectContaining({ path }) as object),
      }) as Error,
    );
  });
});
