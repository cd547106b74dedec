import type { FeaturedAnswer, MaturedPrediction, OutcomeValue, PredictionWindow } from '@retrain/core';
import type { Database } from './database.js';
import { outcomeOwner, windowSql } from './prediction-window.js';

/** All rows in one: fields of fixed size as binary columns, the others as JSON. */
interface Columns {
  readonly ids: Buffer | null;
  /** seq, version, and milliseconds since 1970 of occurred, recorded and observed: five doubles a row. */
  readonly facts: Buffer | null;
  /** Arrays of doubles in Postgres' binary format, one after the other. */
  readonly scores: Buffer | null;
  /** Arrays of `real`, the same way; only where they are asked for. */
  readonly features?: Buffer | null;
  readonly keys: readonly (string | null)[] | null;
  readonly outcomes: readonly (OutcomeValue | null)[] | null;
}

const idBytes = 16;
const factBytes = 5 * 8;
/** Dimensions, null flag, element type, then length and lower bound of the one dimension. */
const headerBytes = 20;
const lengthAt = 12;

/**
 * The newest predictions of the window, ascending; without an outcome, its two fields are null.
 *
 * A check of the triggers reads thousands of rows, and a monitor checks hundreds of models: numbers and times come in
 * a few blobs and never go through text.
 */
export async function readJoined(
  database: Database,
  join: 'JOIN' | 'LEFT JOIN',
  window: PredictionWindow,
  withFeatures = false,
): Promise<readonly MaturedPrediction<FeaturedAnswer>[]> {
  const { where, known, limit, parameters } = windowSql(window);
  const blob = (bytes: string) => `string_agg(${bytes}, ''::bytea ORDER BY seq)`;
  const facts = [
    'float8send(seq)',
    'float8send(version)',
    milliseconds('occurred_at'),
    milliseconds('recorded_at'),
    milliseconds('observed_at'),
  ];
  const { rows } = await database.query<Columns>(
    `SELECT ${blob('uuid_send(id)')} AS ids, ${blob(facts.join(' || '))} AS facts,
       ${blob('array_send(scores)')} AS scores, json_agg(key ORDER BY seq) AS keys,
       ${withFeatures ? `${blob('array_send(features)')} AS features,` : ''}
       json_agg(outcome ORDER BY seq) AS outcomes
     FROM (
       SELECT p.id, p.seq, p.version, p.key, p.scores, p.features, p.occurred_at, p.recorded_at, o.outcome, o.observed_at
       FROM predictions p ${join} outcomes o ON o.prediction_id = ${outcomeOwner} AND ${known}
       WHERE ${where} ORDER BY p.seq DESC ${limit}
     ) newest`,
    parameters,
  );
  return [...decoded(rows[0]!, window)];
}

function milliseconds(column: string): string {
  return `float8send(coalesce(extract(epoch FROM ${column})::float8 * 1000, 'NaN'))`;
}

function* decoded(
  columns: Columns,
  { model, arm = 'champion' }: PredictionWindow,
): Generator<MaturedPrediction<FeaturedAnswer>> {
  const { ids, facts, keys, outcomes } = columns;
  if (!ids || !facts || !columns.scores || !keys || !outcomes) return;
  const scores = arraysOf(columns.scores, 8);
  const features = columns.features && arraysOf(columns.features, 4);
  for (const [row, key] of keys.entries()) {
    const fact = (index: number) => facts.readDoubleBE(row * factBytes + index * 8);
    const observed = fact(4);
    yield {
      prediction: {
        id: uuidAt(ids, row * idBytes),
        seq: fact(0),
        model,
        version: fact(1),
        arm,
        ...(key === null ? {} : { key }),
        scores: scores() as readonly number[],
        ...((features ? { features: features() } : {}) as Pick<FeaturedAnswer, 'features'>),
        occurredAt: new Date(Math.round(fact(2))),
        recordedAt: new Date(Math.round(fact(3))),
      },
      outcome: outcomes[row] as OutcomeValue,
      observedAt: (Number.isNaN(observed) ? null : new Date(Math.round(observed))) as Date,
    };
  }
}

/** Reads arrays of `real` (4 bytes) or `double precision` (8) one after the other; null where an element is missing. */
function arraysOf(blob: Buffer, size: 4 | 8): () => (number | null)[] {
  let at = 0;
  return () => {
    const dimensions = blob.readInt32BE(at);
    const length = dimensions === 0 ? 0 : blob.readInt32BE(at + lengthAt);
    at += dimensions === 0 ? lengthAt : headerBytes;
    const numbers: (number | null)[] = [];
    while (numbers.length < length) {
      const missing = blob.readInt32BE(at) < 0;
      at += 4;
      numbers.push(missing ? null : size === 4 ? blob.readFloatBE(at) : blob.readDoubleBE(at));
      if (!missing) at += size;
    }
    return numbers;
  };
}

function uuidAt(blob: Buffer, start: number): string {
  const hex = blob.toString('hex', start, start + idBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
