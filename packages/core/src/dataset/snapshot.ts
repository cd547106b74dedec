import type { FeatureSchema } from '../model/feature-schema.js';
import type { Task } from '../model/task.js';
import { invalid } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';
import { pack, unpack } from '../shared/packed.js';
import type { Dataset } from './dataset.js';

const FORMAT = 'retrain.dataset.1';

/** Bytes of a dataset: equal datasets give equal bytes, so that the hash of the bytes names the training data. */
export function encodeDataset(dataset: Dataset): Uint8Array {
  const header = { format: FORMAT, task: dataset.task, schema: dataset.schema, rows: dataset.rows, keys: dataset.keys };
  return pack({
    header: header as unknown as JsonObject,
    arrays: {
      features: dataset.features,
      outcomes: dataset.outcomes,
      times: dataset.times,
      ...(dataset.benchmark ? { benchmark: dataset.benchmark } : {}),
    },
  });
}

/** The inverse of `encodeDataset`. Throws `invalid_packed` for other or broken bytes. */
export function decodeDataset(bytes: Uint8Array): Dataset {
  const { header, arrays } = unpack(bytes);
  const { features, outcomes, times, benchmark } = arrays;
  const isSnapshot = header.format === FORMAT && features instanceof Float32Array;
  if (!isSnapshot || !(outcomes instanceof Float64Array) || !(times instanceof Float64Array)) {
    throw invalid('invalid_packed', 'These bytes are not a snapshot of a dataset.');
  }
  return {
    task: header.task as unknown as Task,
    schema: header.schema as unknown as FeatureSchema,
    rows: header.rows as number,
    keys: header.keys as readonly string[],
    features,
    outcomes,
    times,
    ...(benchmark instanceof Float64Array ? { benchmark } : {}),
  };
}
