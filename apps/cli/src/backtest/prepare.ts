import {
  buildExamples,
  encodeDataset,
  mergeRecords,
  parseRecords,
  planCourse,
  unprocessable,
  type Dataset,
  type Fault,
  type KnownChange,
  type ModelDefinition,
  type ModelInput,
  type ModelRecord,
} from '@retrain/core';
import type { Stage } from './task.js';

export interface PrepareOptions {
  readonly model: string;
  readonly definition: ModelDefinition;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** First day that is served; the middle of the data when left out. */
  readonly from?: Date;
  readonly until: Date;
  readonly days: number;
  readonly faults: readonly Fault[];
  readonly known?: readonly KnownChange[];
  readonly modules: readonly string[];
}

export interface PreparedStage {
  readonly stage: Stage;
  /** As it really was: without faults. */
  readonly dataset: Dataset;
  /** Records of the span that the model refuses to answer (a club that it has never seen play), so that nobody serves them. */
  readonly refused: number;
}

/** Folds the features once for all policies: point in time, so that a row knows nothing of its own day. */
export function prepareStage(options: PrepareOptions): PreparedStage {
  const { definition, faults, model, modules } = options;
  const { records } = mergeRecords(parseRecords(definition, options.rows).records);
  const refused: ModelRecord[] = [];
  const examples = buildExamples(definition, records, { onSkipped: (record) => void refused.push(record) });
  const from = options.from ?? new Date(examples.times[Math.floor(examples.rows / 2)] ?? 0);
  const course = planCourse(examples, { ...options, from });
  const swaps = faults.some(({ kind }) => kind === 'swap-home-away');
  const { name, task, schema } = definition;
  const stage: Stage = {
    model,
    definition: { name, task, schema },
    snapshot: encodeDataset(course.dataset),
    rounds: course.rounds,
    faults,
    known: options.known ?? [],
    modules,
    ...(swaps ? { swapped: swappedFeatures(definition, records, course.dataset) } : {}),
  };
  const inSpan = ({ occurredAt }: ModelRecord) => occurredAt >= from && occurredAt < options.until;
  return { stage, dataset: course.dataset, refused: refused.filter(inSpan).length };
}

/** Features of the same rows as callers ask for them who mix up the two sides. */
function swappedFeatures(definition: ModelDefinition, records: readonly ModelRecord[], dataset: Dataset): Float32Array {
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
