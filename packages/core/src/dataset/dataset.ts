import type { FeatureSchema } from '../model/feature-schema.js';
import { pickColumns } from './pick-columns.js';
import type { Task } from '../model/task.js';

/**
 * Labelled rows ready for fitting and judging: one row per example, in ascending order of time.
 *
 * Features are row-major float32 because that is what an ONNX model reads: trainer and server see the same bits.
 */
export interface Dataset {
  readonly task: Task;
  readonly schema: FeatureSchema;
  readonly rows: number;
  /** rows x schema.features.length, row-major; NaN = missing. */
  readonly features: Float32Array;
  /** Index into task.classes for a classification, the value itself for a regression. */
  readonly outcomes: Float64Array;
  /** Epoch milliseconds at which each row was predicted; never decreasing. */
  readonly times: Float64Array;
  /** Stable identity of each row (the record's key). */
  readonly keys: readonly string[];
  /** Probabilities of an outside benchmark, rows x classes, NaN where it has none (odds without margin, for example). */
  readonly benchmark?: Float64Array;
}

/** Rows [from, to) of a dataset as a view that copies no numbers. */
export function slice(dataset: Dataset, from: number, to: number): Dataset {
  const width = dataset.schema.features.length;
  const classes = dataset.task.kind === 'classification' ? dataset.task.classes.length : 1;
  return {
    ...dataset,
    rows: to - from,
    features: dataset.features.subarray(from * width, to * width),
    outcomes: dataset.outcomes.subarray(from, to),
    times: dataset.times.subarray(from, to),
    keys: dataset.keys.slice(from, to),
    ...(dataset.benchmark ? { benchmark: dataset.benchmark.subarray(from * classes, to * classes) } : {}),
  };
}

/** The same rows with these of their features alone, in this order. Throws when the rows lack one. */
export function withFeatures(dataset: Dataset, names: readonly string[]): Dataset {
  const { features: known } = dataset.schema;
  const columns = names.map((name) => known.findIndex((feature) => feature.name === name));
  const absent = names.filter((_, index) => columns[index]! < 0);
  if (absent.length > 0) throw new Error(`The rows have no ${absent.join(', ')}.`);
  const features = pickColumns(dataset.features, known.length, columns);
  return { ...dataset, schema: { features: columns.map((column) => known[column]!) }, features };
}

/** Number of rows whose time lies strictly before `time` (epoch milliseconds): the cut of a point-in-time split. */
export function rowsBefore(dataset: Pick<Dataset, 'times' | 'rows'>, time: number): number {
  let low = 0;
  let high = dataset.rows;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (dataset.times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
