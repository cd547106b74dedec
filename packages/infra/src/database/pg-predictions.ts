import {
  Predictions,
  notFound,
  type AnsweredPrediction,
  type AssignedKeys,
  type Clock,
  type FeaturedAnswer,
  type Coverage,
  type MaturedPair,
  type MaturedPrediction,
  type MaturedWindow,
  type NewOutcome,
  type NewPrediction,
  type Outcome,
  type OutcomeEffect,
  type Page,
  type PageRequest,
  type PairWindow,
  type Prediction,
  type PredictionWindow,
} from '@retrain/core';
import type { Database } from './database.js';
import { readFeatureChunks } from './feature-chunks.js';
import { GroupCommit } from './group-commit.js';
import { insertPredictions } from './insert-predictions.js';
import { readAnswered, readMatured, readWithCoverage } from './joined-predictions.js';
import { pgPage } from './pg-page.js';
import { outcomeOwner, windowSql } from './prediction-window.js';
import { countAssignedKeys, readPairs } from './read-pairs.js';
import { recordOutcomes } from './record-outcomes.js';
import type { PredictionSpool } from '../spool/prediction-spool.js';
import { RunningCounts } from './running-counts.js';
import { outcomeSchema, predictionSchema } from './schema/predictions.schema.js';
import { isUuid } from './uuid.js';

/**
 * Predictions and outcomes as tables. Concurrent inserts of a process share their commits; with a spool they outlive the
 * absence of the database.
 */
export class PgPredictions extends Predictions {
  private readonly commits: GroupCommit<NewPrediction>;
  private readonly counts: RunningCounts;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly spool?: PredictionSpool,
  ) {
    super();
    this.counts = new RunningCounts(database);
    this.commits = new GroupCommit((predictions) => insertPredictions(database, predictions, clock.now()));
  }

  async insert(predictions: readonly NewPrediction[]): Promise<void> {
    if (predictions.length === 0) return;
    if (this.database.inTransaction) await insertPredictions(this.database, predictions, this.clock.now());
    else if (this.spool) await this.spool.write(predictions, () => this.commits.add(predictions));
    else await this.commits.add(predictions);
  }

  async find(id: string): Promise<Prediction | undefined> {
    if (!isUuid(id)) return undefined;
    return this.database.object(predictionSchema, `SELECT * FROM predictions WHERE id = $1`, [id]);
  }

  async withKeys(model: string, keys: readonly string[]): Promise<readonly Prediction[]> {
    await this.spool?.settled();
    const sql = `SELECT * FROM predictions WHERE model = $1 AND key = ANY($2) AND pair_of IS NULL ORDER BY seq`;
    return this.database.objects(predictionSchema, sql, [model, keys]);
  }

  async withIds(model: string, ids: readonly string[]): Promise<readonly Prediction[]> {
    await this.spool?.settled();
    const sql = `SELECT * FROM predictions WHERE model = $1 AND id = ANY($2::uuid[]) ORDER BY seq`;
    return this.database.objects(predictionSchema, sql, [model, ids.filter(isUuid)]);
  }

  list(model: string, page: PageRequest): Promise<Page<Prediction>> {
    const list = { schema: predictionSchema, table: 'predictions', by: 'seq' };
    return pgPage(this.database, { ...list, where: 'model = $1', parameters: [model] }, page);
  }

  async recordOutcomes(outcomes: readonly NewOutcome[]): Promise<readonly OutcomeEffect[]> {
    const unknown = outcomes.find(({ predictionId }) => !isUuid(predictionId));
    if (unknown) throw notFound('unknown_prediction', `There is no prediction "${unknown.predictionId}".`);
    return recordOutcomes(this.database, outcomes, this.clock.now());
  }

  async outcomesOf(predictionIds: readonly string[]): Promise<readonly Outcome[]> {
    const ids = predictionIds.filter(isUuid);
    if (this.database.inTransaction) {
      // What the unit of work decides by these outcomes holds until its commit.
      const lock = `SELECT FROM predictions WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
      await this.database.query(lock, [ids]);
    }
    const sql = `SELECT * FROM outcomes WHERE prediction_id = ANY($1::uuid[])`;
    return this.database.objects(outcomeSchema, sql, [ids]);
  }

  countSince(model: string, afterSeq: number, asOf?: Date): Promise<number> {
    return asOf ? this.counts.until(model, afterSeq, asOf) : this.counts.since(model, afterSeq);
  }

  async lastSeq(): Promise<number> {
    const sql = `SELECT coalesce(max(seq), 0) AS seq FROM predictions`;
    return Number((await this.database.query<{ seq: string }>(sql)).rows[0]!.seq);
  }

  async coverage(window: PredictionWindow): Promise<Coverage> {
    const { where, known, sameModel, limit, parameters } = windowSql(window);
    const { rows } = await this.database.query<{ predictions: number; matured: number }>(
      `SELECT count(*)::int AS predictions, count(o.prediction_id)::int AS matured
       FROM (SELECT ${outcomeOwner} AS owner FROM predictions p WHERE ${where} ORDER BY p.seq DESC ${limit}) newest
       LEFT JOIN outcomes o ON o.prediction_id = newest.owner AND ${known} AND ${sameModel}`,
      parameters,
    );
    return rows[0]!;
  }

  answered(window: PredictionWindow): Promise<readonly AnsweredPrediction[]> {
    return readAnswered(this.database, window);
  }

  matured(window: PredictionWindow): Promise<readonly MaturedPrediction[]> {
    return readMatured(this.database, window);
  }

  maturedWithCoverage(window: PredictionWindow): Promise<MaturedWindow> {
    return readWithCoverage(this.database, window);
  }

  maturedWithFeatures(window: PredictionWindow): Promise<readonly MaturedPrediction<FeaturedAnswer>[]> {
    return readMatured(this.database, window, true);
  }

  pairs(window: PairWindow): Promise<readonly MaturedPair[]> {
    return readPairs(this.database, window);
  }

  assignedKeys(rolloutId: string, limit: number): Promise<readonly AssignedKeys[]> {
    return countAssignedKeys(this.database, rolloutId, limit);
  }

  featureChunks(window: PredictionWindow, width: number): AsyncIterable<Float32Array> {
    return readFeatureChunks(this.database, window, width);
  }
}
