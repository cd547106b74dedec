import type { FeaturedAnswer, MaturedPrediction, MaturedWindow, OutcomeValue, PredictionWindow } from '@retrain/core';
import type { Database } from './database.js';
import { outcomeOwner, windowSql } from './prediction-window.js';

/** All rows in one: fields of fixed size as binary columns, the others as JSON. */
interface Columns {
  readonly ids: Buffer | null;
  /** seq and version as `bigint`, occurred, recorded and observed as `timestamptz`: five times eight bytes a row. */
  readonly facts: Buffer | null;
  /** Arrays of doubles in Postgres' binary format, one after the other. */
  readonly scores: Buffer | null;
  /** Arrays of `real`, the same way; only where they are asked for. */
  readonly features: Buffer | null;
  readonly keys: readonly (string | null)[] | null;
  readonly outcomes: readonly (OutcomeValue | null)[] | null;
}

const fileHeader = 19;
const idBytes = 16;
const factBytes = 5 * 8;
/** Dimensions, null flag, element type, then length and lower bound of the one dimension. */
const headerBytes = 20;
const lengthAt = 12;

/** Of so many newest predictions for each that is wanted nearly always enough have an outcome. */
const margin = 1.25;

/** A prediction with its outcome as far as it is known by then. */
type Joined = Omit<MaturedPrediction<FeaturedAnswer>, 'outcome' | 'observedAt'> &
  Partial<Pick<MaturedPrediction, 'outcome' | 'observedAt'>>;

/** The newest predictions of the window, ascending. */
export async function readAnswered(
  database: Database,
  window: PredictionWindow,
  withFeatures = false,
): Promise<readonly Joined[]> {
  const { where, known, sameModel, limit, parameters } = windowSql(window);
  // Picked before they are joined: what is read then depends on the window, not on the history of any model.
  const picked = `SELECT p.* FROM predictions p WHERE ${where} ORDER BY p.seq DESC ${limit}`;
  const join = `(${picked}) p LEFT JOIN outcomes o ON o.prediction_id = ${outcomeOwner} AND ${known} AND ${sameModel}`;
  return read(database, join, parameters, window, withFeatures);
}

/** The newest predictions of the window whose outcome is known, ascending. */
export async function readMatured(
  database: Database,
  window: PredictionWindow,
  withFeatures = false,
): Promise<readonly MaturedPrediction<FeaturedAnswer>[]> {
  if (!Number.isFinite(window.limit)) return readAllMatured(database, window, withFeatures);
  const wide = widened(window);
  const answered = await readAnswered(database, wide, withFeatures);
  return maturedAmong(answered, window, wide) ?? readAllMatured(database, window, withFeatures);
}

/** The same, with how many of the newest predictions of the window have an outcome: both by one reading. */
export async function readWithCoverage(database: Database, window: PredictionWindow): Promise<MaturedWindow> {
  const wide = widened(window);
  const answered = await readAnswered(database, wide);
  const newest = answered.slice(Math.max(0, answered.length - window.limit));
  const coverage = { predictions: newest.length, matured: newest.filter(isMatured).length };
  return { coverage, matured: maturedAmong(answered, window, wide) ?? (await readAllMatured(database, window)) };
}

const widened = (window: PredictionWindow) => ({ ...window, limit: Math.ceil(window.limit * margin) });

/** The newest matured of these; undefined when there may be more of them behind. */
function maturedAmong(
  answered: readonly Joined[],
  { limit }: PredictionWindow,
  wide: PredictionWindow,
): readonly MaturedPrediction<FeaturedAnswer>[] | undefined {
  const matured = answered.filter(isMatured);
  if (matured.length < limit && answered.length >= wide.limit) return undefined;
  return matured.slice(Math.max(0, matured.length - limit));
}

/** However far back the outcomes lie. */
async function readAllMatured(
  database: Database,
  window: PredictionWindow,
  withFeatures = false,
): Promise<readonly MaturedPrediction<FeaturedAnswer>[]> {
  const { where, known, limit, parameters } = windowSql(window);
  const join = `predictions p JOIN outcomes o ON o.prediction_id = ${outcomeOwner} AND ${known}
    WHERE ${where} ORDER BY p.seq DESC ${limit}`;
  return (await read(database, join, parameters, window, withFeatures)).filter(isMatured);
}

function isMatured(one: Joined): one is MaturedPrediction<FeaturedAnswer> {
  return one.observedAt !== undefined;
}

/**
 * Rows of a join of `predictions p` with `outcomes o`, ascending by seq.
 *
 * A check of the triggers reads thousands of rows, and a monitor checks hundreds of models: numbers and times come in
 * a few blobs and never go through text, not even as hexadecimal digits, as blobs of an ordinary answer would.
 */
async function read(
  database: Database,
  join: string,
  parameters: readonly unknown[],
  window: PredictionWindow,
  withFeatures: boolean,
): Promise<readonly Joined[]> {
  const blob = (bytes: string) => `string_agg(${bytes}, ''::bytea ORDER BY seq)`;
  const facts = [
    'int8send(seq)',
    'int8send(version)',
    'timestamptz_send(occurred_at)',
    'timestamptz_send(recorded_at)',
    `timestamptz_send(coalesce(observed_at, '-infinity'))`,
  ];
  const bytes = await database.copyOut(
    `COPY (SELECT ${blob('uuid_send(id)')} AS ids, ${blob(facts.join(' || '))} AS facts,
       ${blob('array_send(scores)')} AS scores, json_agg(key ORDER BY seq) AS keys,
       json_agg(outcome ORDER BY seq) AS outcomes
       ${withFeatures ? `, ${blob('array_send(features)')} AS features` : ''}
     FROM (
       SELECT p.id, p.seq, p.version, p.key, p.scores, ${withFeatures ? 'p.features,' : ''} p.occurred_at, p.recorded_at,
         o.outcome, o.observed_at
       FROM ${join}
     ) newest) TO STDOUT (FORMAT binary)`,
    parameters,
  );
  return [...decoded(columnsOf(bytes), window)];
}

/** The one row of a binary COPY (Postgres, "COPY"): after the file's header its number of fields, then of each its length and bytes. */
function columnsOf(bytes: Buffer): Columns {
  const fields: (Buffer | null)[] = [];
  let at = fileHeader + 2;
  for (let count = bytes.readInt16BE(fileHeader); count > 0; count--) {
    const length = bytes.readInt32BE(at);
    at += 4;
    fields.push(length < 0 ? null : bytes.subarray(at, at + length));
    at += Math.max(0, length);
  }
  const [ids, facts, scores, keys, outcomes, features] = fields as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer?];
  const json = <T>(text: Buffer | null) => text && (JSON.parse(text.toString('utf8')) as T);
  return { ids, facts, scores, keys: json(keys), outcomes: json(outcomes), features: features ?? null };
}

/** The binary `timestamptz`: microseconds since 2000. */
const epoch = Date.UTC(2000, 0, 1);
const minusInfinity = -(2 ** 63);
const timeOf = (microseconds: number) => new Date(Math.round(microseconds / 1000) + epoch);

/** A `bigint` of at most 53 bits, without the detour of a BigInt: thousands of rows have five of them each. */
function integerAt(blob: Buffer, at: number): number {
  return blob.readInt32BE(at) * 2 ** 32 + blob.readUInt32BE(at + 4);
}

function* decoded(columns: Columns, { model, arm = 'champion' }: PredictionWindow): Generator<Joined> {
  const { ids, facts, keys, outcomes } = columns;
  if (!ids || !facts || !columns.scores || !keys || !outcomes) return;
  const scores = arraysOf(columns.scores, 8);
  const features = columns.features && arraysOf(columns.features, 4);
  for (const [row, key] of keys.entries()) {
    const fact = (index: number) => integerAt(facts, row * factBytes + index * 8);
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
        occurredAt: timeOf(fact(2)),
        recordedAt: timeOf(fact(3)),
      },
      ...(observed === minusInfinity ? {} : { outcome: outcomes[row] as OutcomeValue, observedAt: timeOf(observed) }),
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
