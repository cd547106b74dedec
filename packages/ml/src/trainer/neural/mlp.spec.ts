import { slice, type Dataset, type FitRequest, type JsonObject } from '@retrain/core';
import fc from 'fast-check';
import { expectServedAsFitted } from '../../testing/data-shapes.js';
import { syntheticDataset } from '../../testing/synthetic-dataset.js';
import { largestDifference, lossOf, request, served } from '../../testing/trainer-contract.js';
import { mlp } from './mlp.js';

const fit = (dataset: Dataset, options: JsonObject = {}, over: Partial<FitRequest> = {}) =>
  mlp.fit(request(mlp, dataset, options, over));

describe('mlp', () => {
  it('learns what no linear model can', async () => {
    const dataset = syntheticDataset({ rows: 2500, features: 2, classes: 2, seed: 3 });
    for (let row = 0; row < dataset.rows; row++) {
      const [a, b] = [dataset.features[row * 2]!, dataset.features[row * 2 + 1]! - 1];
      dataset.outcomes[row] = a > 0 === b > 0 ? 1 : 0;
    }
    const unseen = slice(dataset, 2000, 2500);
    const { artifact } = await fit(slice(dataset, 0, 2000), { learning_rate: 0.02, l2: 0 });
    expect(lossOf(await served(artifact, unseen), unseen)).toBeLessThan(0.2);
  });

  it('scores in ONNX Runtime as in the trainer, whatever the data and the options', () =>
    expectServedAsFitted(mlp, {
      options: fc.record({
        hidden: fc.integer({ min: 1, max: 40 }),
        learning_rate: fc.constantFrom(0.001, 0.1),
        batch_size: fc.constantFrom(1, 64, 1000),
        l2: fc.constantFrom(0, 0.1),
        early_stopping: fc.boolean(),
      }),
      quick: { epochs: 4 },
      // Numbers far from 0.
      harden: ({ task, outcomes }) => {
        if (task.kind === 'regression') outcomes.forEach((outcome, row) => (outcomes[row] = outcome * 1000 + 5000));
      },
      runs: 15,
      seed: 8,
    }));

  it('lets the newest rows say when to stop, and fits all rows for so long', async () => {
    const dataset = syntheticDataset({ rows: 600, features: 8, classes: 3, seed: 4 });
    const { diagnostics } = await fit(dataset, { learning_rate: 0.03, epochs: 200, l2: 0 });
    expect(diagnostics.holdout_rows).toBe(90);
    expect(diagnostics.epochs).toBeGreaterThan(0);
    expect(diagnostics.epochs).toBeLessThan(60);
    const few = await fit(slice(dataset, 0, 200), { epochs: 3 });
    expect(few.diagnostics).toMatchObject({ epochs: 3, early_stopping: 'too few rows to hold some out' });
  });

  it.each([3, 0])(
    'continues from the weights of an earlier network, however features are scaled now (%i classes)',
    async (classes) => {
      const dataset = syntheticDataset({ rows: 1200, features: 5, classes, seed: 9 });
      const options = { epochs: 30, learning_rate: 0.01, early_stopping: false, warm_start: true };
      const first = await fit(slice(dataset, 0, 1000), options);
      const known = slice(dataset, 100, 1200);
      const almostNothing = { ...options, epochs: 1, learning_rate: 1e-6 };
      const warm = await fit(known, almostNothing, { initial: first.artifact });
      expect(warm.diagnostics).toMatchObject({ warm_start: { used: true }, epochs: 1 });
      expect(largestDifference(await served(warm.artifact, known), await served(first.artifact, known))).toBeLessThan(
        1e-3,
      );
      const cold = await fit(known, almostNothing);
      expect(lossOf(await served(warm.artifact, known), known)).toBeLessThan(
        lossOf(await served(cold.artifact, known), known),
      );
      const other = await fit(known, { ...almostNothing, hidden: 7 }, { initial: first.artifact });
      expect(other.diagnostics.warm_start).toMatchObject({ used: false });
    },
  );

  it('stops between epochs when it is aborted', async () => {
    const dataset = syntheticDataset({ rows: 800, features: 4, classes: 3, seed: 2 });
    const controller = new AbortController();
    const reason = new Error('cancelled by a person');
    const told: number[] = [];
    const onProgress = (fraction: number) => {
      told.push(fraction);
      controller.abort(reason);
    };
    await expect(fit(dataset, {}, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(told).toHaveLength(1);
  });
});
