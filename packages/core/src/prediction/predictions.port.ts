import type { Page, PageRequest } from '../shared/page.js';
import type {
  AnsweredPrediction,
  FeaturedAnswer,
  MaturedPair,
  MaturedPrediction,
  NewOutcome,
  NewPrediction,
  Outcome,
  OutcomeEffect,
  Prediction,
} from './prediction.js';

/** Which predictions a judgement looks at. */
export interface PredictionWindow {
  readonly model: string;
  /** Only this version's answers when given. */
  readonly version?: number;
  /** Only the callers' answers (champion arm) unless another is named. */
  readonly arm?: 'champion' | 'challenger' | 'shadow';
  /** Only predictions with seq > afterSeq. */
  readonly afterSeq?: number;
  /** Only predictions with seq <= untilSeq. */
  readonly untilSeq?: number;
  /** Only predictions of events at or before this instant, and outcomes observed at or before it. */
  readonly asOf?: Date;
  /** Only predictions of events after this instant. */
  readonly occurredAfter?: Date;
  /** The newest rows only, at most this many. */
  readonly limit: number;
}

/** Which pairs a rollout is judged by. */
export interface PairWindow {
  readonly rolloutId: string;
  /** The champion's version: tells the two answers of a pair apart. */
  readonly champion: number;
  /** Only events at or before this instant, and outcomes observed at or before it. */
  readonly asOf?: Date;
  /** The first keys only, at most this many. */
  readonly limit: number;
}

/** How many different request keys each version was assigned while one share was in force. */
export interface AssignedKeys {
  readonly share: number;
  readonly champion: number;
  readonly challenger: number;
}

export interface Coverage {
  /** Predictions in the window. */
  readonly predictions: number;
  /** Those whose outcome is known. */
  readonly matured: number;
}

/** The matured predictions of a window, and the coverage of its newest predictions: one reading tells both. */
export interface MaturedWindow {
  readonly coverage: Coverage;
  readonly matured: readonly MaturedPrediction[];
}

/** Stores predictions and their outcomes. */
export abstract class Predictions {
  /** Resolves once all rows are durable. Inserting an id again is a no-op. */
  abstract insert(predictions: readonly NewPrediction[]): Promise<void>;
  abstract find(id: string): Promise<Prediction | undefined>;
  /** Answers with these record keys, for matching outcomes to them; a shadow answer has its pair's outcome. */
  abstract withKeys(model: string, keys: readonly string[]): Promise<readonly Prediction[]>;
  abstract withIds(model: string, ids: readonly string[]): Promise<readonly Prediction[]>;
  /** Newest first. */
  abstract list(model: string, page: PageRequest): Promise<Page<Prediction>>;

  /**
   * Records, leaves unchanged or corrects each outcome; the effects come back in the order given. A correction
   * keeps the old value in the audit trail. Serialised per prediction: racing calls end in one of their values.
   * Rejects with `unknown_prediction`, storing nothing, when one of them is about no prediction of its model.
   */
  abstract recordOutcomes(outcomes: readonly NewOutcome[]): Promise<readonly OutcomeEffect[]>;
  /**
   * The outcomes as they stand of these predictions, in any order; unknown ids and open predictions are left out.
   * Inside a unit of work they then stand still until its end.
   */
  abstract outcomesOf(predictionIds: readonly string[]): Promise<readonly Outcome[]>;

  /**
   * Number of predictions of the callers' arms (shadow answers do not count) with seq > afterSeq; where `asOf` is given,
   * of events at or before it.
   */
  abstract countSince(model: string, afterSeq: number, asOf?: Date): Promise<number>;
  /** The newest seq in use, 0 when there is none: the watermark a run starts from. */
  abstract lastSeq(): Promise<number>;
  abstract coverage(window: PredictionWindow): Promise<Coverage>;
  /** All predictions of the window, with the outcomes of those that have one by then; ascending by seq. */
  abstract answered(window: PredictionWindow): Promise<readonly AnsweredPrediction[]>;
  /** Those whose outcome is known; ascending by seq. */
  abstract matured(window: PredictionWindow): Promise<readonly MaturedPrediction[]>;
  /** What `matured` and `coverage` answer, from one reading. */
  abstract maturedWithCoverage(window: PredictionWindow): Promise<MaturedWindow>;
  abstract maturedWithFeatures(window: PredictionWindow): Promise<readonly MaturedPrediction<FeaturedAnswer>[]>;
  /**
   * Pairs whose outcome is known, one per key (its first answer; an answer without key stands for itself), ascending
   * by seq. Asking one key a hundred times is one event all the same.
   */
  abstract pairs(window: PairWindow): Promise<readonly MaturedPair[]>;
  /** Counts the different keys among the newest `limit` answers of a rollout, by share. */
  abstract assignedKeys(rolloutId: string, limit: number): Promise<readonly AssignedKeys[]>;
  /**
   * Feature rows of a window, ascending by seq, in chunks of a bounded size.
   * Each chunk is row-major float32 with `width` columns, NaN = missing. Rows of another width answer another schema
   * and are left out.
   */
  abstract featureChunks(window: PredictionWindow, width: number): AsyncIterable<Float32Array>;
}
