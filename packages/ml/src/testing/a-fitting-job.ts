import type { FittingJob } from '@retrain/core';
import { syntheticDataset } from './synthetic-dataset.js';

/** A job over few rows of three classes, with room and time for it, except for what is given. */
export function aFittingJob(over: Partial<FittingJob> = {}): FittingJob {
  return {
    recipe: { use: 'softmax_regression', with: {} },
    dataset: syntheticDataset({ rows: 300, features: 5, classes: 3, seed: 1, missing: 0.1 }),
    seed: 1,
    lineage: { run: 'run-1' },
    limits: { memoryMb: 512, timeoutSeconds: 30 },
    signal: new AbortController().signal,
    ...over,
  };
}
