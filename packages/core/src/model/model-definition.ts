import type { JsonObject } from '../shared/json.js';
import type { FeatureSchema } from './feature-schema.js';
import type { OutcomeValue, Task } from './task.js';

/**
 * A fully observed row: what was known when it was predicted, and what happened.
 *
 * Records are the raw material of training: history files and outcomes posted later are both turned into records.
 */
export interface ModelRecord {
  /** Stable identity: the same real-world event always has the same key, whatever the source. */
  readonly key: string;
  /** When the event happened. Records of one instant are all predicted before any of them is learned. */
  readonly occurredAt: Date;
  /** The row in the model's own canonical form: what `define` parsed, stored as it is. */
  readonly payload: JsonObject;
}

/** A parsed request to predict. */
export interface ModelInput {
  /** When the event to predict happens; defaults to the request's time. */
  readonly occurredAt?: Date;
  /** Key of the record that will one day tell the outcome, if it is already known. */
  readonly key?: string;
  readonly payload: JsonObject;
}

/** A featurised request. */
export interface FeatureRow {
  /** In schema order; NaN = missing. */
  readonly values: readonly number[];
  /** Sentences for the caller: what was missing or unusual. */
  readonly warnings: readonly string[];
}

/**
 * What a model knows from all records up to now, apart from its trained weights (ratings, form, running means).
 *
 * State is refreshed after every record, cheaply and apart from retraining. It only ever moves forward in time; a
 * record that belongs before the newest one makes the owner rebuild the state from all records.
 */
export interface ModelState {
  /** Features of a request from what is known now. Throws a DomainError (`unprocessable`) for impossible requests. */
  features(input: ModelInput): FeatureRow;
  /** Learns all records of one instant at once. */
  observe(records: readonly ModelRecord[]): void;
  /** Facts about what is known, for `/teams` and `/model/info` (for example `{ teams: [...] }`). */
  describe(): JsonObject;
}

/**
 * A kind of model: how its rows look, which features it computes, what it predicts.
 *
 * The framework owns order and time: it sorts records, removes duplicates, asks for the features of all records of an
 * instant before it lets the state observe any of them. A definition that keeps to this interface cannot leak.
 */
export interface ModelDefinition {
  readonly name: string;
  readonly description: string;
  readonly task: Task;
  readonly schema: FeatureSchema;
  /**
   * Turns a raw row (of a file, or the `record` of a posted outcome) into a record.
   *
   * Returns undefined for rows that are not about this model (another league in the same file). Throws a DomainError of kind
   * `invalid` whose issues say what is wrong with the row.
   */
  parseRecord(row: Readonly<Record<string, unknown>>): ModelRecord | undefined;
  /** The request that would have asked for this record before it happened (its outcome removed). */
  inputOf(record: ModelRecord): ModelInput;
  /** The observed outcome of a record: a class name or a number. */
  outcomeOf(record: ModelRecord): OutcomeValue;
  /** Benchmark probabilities that a record carries, in class order (bookmaker odds without margin, for example). */
  benchmarkOf?(record: ModelRecord): readonly number[] | undefined;
  /** Validates a raw request. Throws a DomainError: `invalid` for malformed, `unprocessable` for impossible ones. */
  parseInput(raw: unknown): ModelInput;
  /** An empty state that has seen no record. */
  createState(): ModelState;
  /** Builds the schema's raw rows from a data source named by `quickstart:`-style paths that no file reader knows. */
  builtinData?(name: string): Promise<readonly Readonly<Record<string, unknown>>[]> | undefined;
}

/** Declares a kind of model; checks at once what would only fail later. */
export function defineModel<T extends ModelDefinition>(definition: T): T {
  const names = definition.schema.features.map((feature) => feature.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`Model ${definition.name}: feature "${repeated}" is declared twice.`);
  if (names.length === 0) throw new Error(`Model ${definition.name}: the schema has no feature.`);
  if (definition.task.kind === 'classification' && definition.task.classes.length < 2) {
    throw new Error(`Model ${definition.name}: a classification needs at least two classes.`);
  }
  return definition;
}
