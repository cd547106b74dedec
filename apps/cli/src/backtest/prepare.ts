import {
  buildExamples,
  encodeDataset,
  mergeRecords,
  parseRecords,
  planCourse,
  swappedFeatures,
  type Dataset,
  type Fault,
  type KnownChange,
  type ModelDefinition,
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
