import { pickColumns } from '../dataset/pick-columns.js';
import type { Scorer } from './scorer.port.js';

/** A scorer of wider rows than its model reads: it picks the model's columns, in the model's order. */
export function readingColumns(scorer: Scorer, columns: readonly number[], width: number): Scorer {
  return {
    inputs: width,
    outputs: scorer.outputs,
    score: (features, rows) => scorer.score(pickColumns(features.subarray(0, rows * width), width, columns), rows),
    release: () => scorer.release(),
  };
}
