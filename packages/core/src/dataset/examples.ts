import type { ModelDefinition, ModelRecord } from '../model/model-definition.js';
import type { Task } from '../model/task.js';
import { DomainError, invalid } from '../shared/errors.js';
import type { Dataset } from './dataset.js';

export interface ExampleOptions {
  /** Records before this instant only warm up the state: they are learned, but are no examples. */
  readonly from?: Date;
  /** Told of records whose features the state refuses (a request that could not have been answered then). */
  readonly onSkipped?: (record: ModelRecord, error: DomainError) => void;
}

/**
 * Examples from records ascending by time: all records of an instant are featurised before the state learns any of them.
 *
 * That order is the whole defence against leakage: no feature can know its own outcome, nor that of a simultaneous row.
 * Throws `unordered_records` when time runs backwards and `unknown_outcome` for an outcome that the task does not have.
 */
export function buildExamples(
  definition: ModelDefinition,
  records: readonly ModelRecord[],
  options: ExampleOptions = {},
): Dataset {
  const steps = exampleSteps(definition, records, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** As `buildExamples`, but lets other work of the process through every few milliseconds and stops when aborted. */
export async function buildExamplesGently(
  definition: ModelDefinition,
  records: readonly ModelRecord[],
  options: ExampleOptions & { readonly signal: AbortSignal; onProgress?(fraction: number): void },
): Promise<Dataset> {
  const steps = exampleSteps(definition, records, options);
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - began < SLICE_MS) continue;
    options.onProgress?.(step.value / records.length);
    await new Promise((resolve) => setImmediate(resolve));
    options.signal.throwIfAborted();
    began = performance.now();
  }
}

const SLICE_MS = 20;

/** One step per instant; yields the number of records done. */
function* exampleSteps(
  definition: ModelDefinition,
  records: readonly ModelRecord[],
  options: ExampleOptions,
): Generator<number, Dataset> {
  const state = definition.createState();
  const columns = new Columns(definition, records.length);
  for (const [start, end] of instants(records)) {
    const together = records.slice(start, end);
    if (!options.from || together[0]!.occurredAt >= options.from) {
      for (const record of together) addExample(columns, definition, state, record, options);
    }
    state.observe(together);
    yield end;
  }
  return columns.dataset();
}

function addExample(
  columns: Columns,
  definition: ModelDefinition,
  state: ReturnType<ModelDefinition['createState']>,
  record: ModelRecord,
  options: ExampleOptions,
): void {
  try {
    columns.add(record, state.features(definition.inputOf(record)).values);
  } catch (error) {
    if (!(error instanceof DomainError && error.kind === 'unprocessable')) throw error;
    options.onSkipped?.(record, error);
  }
}

function* instants(records: readonly ModelRecord[]): Generator<readonly [number, number]> {
  let start = 0;
  for (let end = 1; end <= records.length; end++) {
    const time = records[start]!.occurredAt.getTime();
    const next = records[end]?.occurredAt.getTime();
    if (next === time) continue;
    if (next !== undefined && next < time) {
      throw invalid('unordered_records', `Record "${records[end]!.key}" lies before the one that precedes it.`);
    }
    yield [start, end];
    start = end;
  }
}

/** Columns of a dataset while they grow. */
class Columns {
  private rows = 0;
  private readonly features: Float32Array;
  private readonly outcomes: Float64Array;
  private readonly times: Float64Array;
  private readonly keys: string[] = [];
  private readonly benchmark?: Float64Array;
  private readonly outputs: number;

  constructor(
    private readonly definition: ModelDefinition,
    capacity: number,
  ) {
    const { task, schema } = definition;
    this.outputs = task.kind === 'classification' ? task.classes.length : 1;
    this.features = new Float32Array(capacity * schema.features.length);
    this.outcomes = new Float64Array(capacity);
    this.times = new Float64Array(capacity);
    if (definition.benchmarkOf) this.benchmark = new Float64Array(capacity * this.outputs).fill(NaN);
  }

  add(record: ModelRecord, values: readonly number[]): void {
    const { definition, rows } = this;
    const width = definition.schema.features.length;
    if (values.length !== width) {
      const told = `Model "${definition.name}" gave ${values.length} features for "${record.key}", its schema has ${width}.`;
      throw invalid('wrong_feature_count', told);
    }
    this.outcomes[rows] = outcomeNumber(definition.task, definition.outcomeOf(record), record.key);
    this.features.set(values, rows * width);
    this.times[rows] = record.occurredAt.getTime();
    this.keys.push(record.key);
    const probabilities = definition.benchmarkOf?.(record);
    if (probabilities) this.benchmark!.set(probabilities, rows * this.outputs);
    this.rows++;
  }

  dataset(): Dataset {
    const { definition, rows } = this;
    return {
      task: definition.task,
      schema: definition.schema,
      rows,
      features: this.features.slice(0, rows * definition.schema.features.length),
      outcomes: this.outcomes.slice(0, rows),
      times: this.times.slice(0, rows),
      keys: this.keys,
      ...(this.benchmark ? { benchmark: this.benchmark.slice(0, rows * this.outputs) } : {}),
    };
  }
}

function outcomeNumber(task: Task, outcome: string | number, key: string): number {
  if (task.kind === 'classification') {
    const index = task.classes.indexOf(String(outcome));
    if (index >= 0) return index;
    const told = `Record "${key}" has the outcome ${JSON.stringify(outcome)}; allowed: ${task.classes.join(', ')}.`;
    throw invalid('unknown_outcome', told);
  }
  if (typeof outcome === 'number' && Number.isFinite(outcome)) return outcome;
  throw invalid(
    'unknown_outcome',
    `Record "${key}" has the outcome ${JSON.stringify(outcome)}; allowed: a finite number.`,
  );
}
