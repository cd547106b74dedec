import { buildExamples } from '../dataset/examples.js';
import type { Dataset } from '../dataset/dataset.js';
import type { ModelDefinition, ModelInput, ModelRecord } from '../model/model-definition.js';
import { unprocessable } from '../shared/errors.js';

/**
 * Features of the same rows as callers ask for them who mix up the two sides. Throws `no_sides` for requests without sides
 * and `not_swappable` for a row that the model refuses with its sides swapped.
 */
export function swappedFeatures(
  definition: ModelDefinition,
  records: readonly ModelRecord[],
  dataset: Dataset,
): Float32Array {
  const confused: ModelDefinition = {
    ...definition,
    inputOf: (record) => swapSides(definition.inputOf(record)),
  };
  const { keys, features, schema } = buildExamples(confused, records);
  const width = schema.features.length;
  const rowOf = new Map(keys.map((key, row) => [key, row]));
  const swapped = new Float32Array(dataset.features.length);
  dataset.keys.forEach((key, row) => {
    const other = rowOf.get(key);
    if (other === undefined) throw unprocessable('not_swappable', `The model refuses "${key}" with its sides swapped.`);
    swapped.set(features.subarray(other * width, (other + 1) * width), row * width);
  });
  if (swapped.every((value, index) => Object.is(value, dataset.features[index]))) {
    throw unprocessable(
      'no_sides',
      `Requests of "${definition.name}" have no home and away fields that could be mixed up.`,
    );
  }
  return swapped;
}

/** Fills every field whose name has the word home with that of the same name with away, and the other way round. */
function swapSides(input: ModelInput): ModelInput {
  const payload = swapFields(input.payload as Readonly<Record<string, unknown>>) as ModelInput['payload'];
  return { ...input, payload };
}

function swapFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const other = name.replace(/home|away/, (side) => (side === 'home' ? 'away' : 'home'));
      const given = other in fields ? fields[other] : value;
      return [name, isFields(given) ? swapFields(given) : given];
    }),
  );
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
