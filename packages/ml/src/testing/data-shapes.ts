import type { Dataset, JsonObject, TrainerDefinition } from '@retrain/core';
import fc from 'fast-check';
import { syntheticDataset } from './synthetic-dataset.js';
import { largestDifference, request, served } from './trainer-contract.js';

/** 0 classes are numbers. */
const shapes = fc.record({
  rows: fc.constant(500),
  features: fc.integer({ min: 1, max: 9 }),
  classes: fc.constantFrom(0, 2, 3, 4),
  seed: fc.integer({ min: 0, max: 1e6 }),
  missing: fc.double({ min: 0, max: 0.5, noNaN: true }),
});

export interface ServedAsFitted {
  readonly options: fc.Arbitrary<JsonObject>;
  /** Options of every fit: those that make it quick. */
  readonly quick: JsonObject;
  /** Makes the data harder for the trainer. */
  harden(dataset: Dataset): void;
  readonly runs: number;
  readonly seed: number;
}

/** Fails unless artifacts score all their rows in ONNX Runtime as the trainer itself, whatever the data and the options. */
export async function expectServedAsFitted(trainer: TrainerDefinition, given: ServedAsFitted): Promise<void> {
  await fc.assert(
    fc.asyncProperty(shapes, given.options, async (shape, options) => {
      const dataset = syntheticDataset(shape);
      given.harden(dataset);
      fc.pre(shape.classes === 0 || new Set(dataset.outcomes).size === shape.classes);
      const { artifact, check } = await trainer.fit(request(trainer, dataset, { ...options, ...given.quick }));
      expect(check.rows).toBe(shape.rows);
      expect(largestDifference(await served(artifact, dataset), check.scores)).toBeLessThanOrEqual(1e-5);
    }),
    { numRuns: given.runs, seed: given.seed },
  );
}
