import type {
  AnsweredPrediction,
  FeaturedAnswer,
  GivenAnswer,
  MaturedPair,
  MaturedPrediction,
  NewOutcome,
  NewPrediction,
  Outcome,
  OutcomeEffect,
  Prediction,
} from '../prediction/prediction.js';
import {
  Predictions,
  type AssignedKeys,
  type Coverage,
  type MaturedWindow,
  type PairWindow,
  type PredictionWindow,
} from '../prediction/predictions.port.js';
import type { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import type { Page, PageRequest } from '../shared/page.js';
import type { MemoryDatabase } from './memory-database.js';
import { pageOf } from './memory-page.js';

const rowsPerChunk = 256;

export class MemoryPredictions extends Predictions {
  private readonly rows;
  private readonly outcomes;
  private seq = 0;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {
    super();
    this.rows = database.table<Prediction>();
    this.outcomes = database.table<Outcome>();
  }

  insert(predictions: readonly NewPrediction[]): Promise<void> {
    return this.database.write(() => {
      for (const prediction of predictions) {
        if (this.rows.get(prediction.id)) continue;
        this.rows.set(prediction.id, { ...prediction, seq: ++this.seq, recordedAt: this.clock.now() });
      }
    });
  }

  async find(id: string): Promise<Prediction | undefined> {
    return this.rows.get(id);
  }

  async withKeys(model: string, keys: readonly string[]): Promise<readonly Prediction[]> {
    const wanted = new Set(keys);
    return this.ofModel(model).filter(
      ({ key, pairOf }) => key !== undefined && wanted.has(key) && pairOf === undefined,
    );
  }

  async withIds(model: string, ids: readonly string[]): Promise<readonly Prediction[]> {
    const wanted = new Set(ids);
    return this.ofModel(model).filter(({ id }) => wanted.has(id));
  }

  async list(model: string, page: PageRequest): Promise<Page<Prediction>> {
    const rows = this.ofModel(model).map((item) => ({ position: item.seq, item }));
    return pageOf(rows, page, ({ item }) => item);
  }

  recordOutcomes(outcomes: readonly NewOutcome[]): Promise<readonly OutcomeEffect[]> {
    return this.database.write(() => outcomes.map((outcome) => this.recordOutcome(outcome)));
  }

  /** A write, so that the unit of work around it keeps what it has read. */
  outcomesOf(predictionIds: readonly string[]): Promise<readonly Outcome[]> {
    return this.database.write(() => predictionIds.flatMap((id) => this.outcomes.get(id) ?? []));
  }

  private recordOutcome(given: NewOutcome): OutcomeEffect {
    if (this.rows.get(given.predictionId)?.model !== given.model) {
      throw notFound('unknown_prediction', `Model "${given.model}" has no prediction "${given.predictionId}".`);
    }
    const known = this.outcomes.get(given.predictionId);
    if (known?.outcome === given.outcome) return 'unchanged';
    const revision = (known?.revision ?? 0) + 1;
    this.outcomes.set(given.predictionId, { ...given, recordedAt: this.clock.now(), revision });
    return known ? 'corrected' : 'recorded';
  }

  async countSince(model: string, afterSeq: number, asOf?: Date): Promise<number> {
    const since = this.ofModel(model).filter(({ seq, arm }) => seq > afterSeq && arm !== 'shadow');
    return since.filter(({ occurredAt }) => asOf === undefined || occurredAt <= asOf).length;
  }

  async lastSeq(): Promise<number> {
    return Math.max(0, ...this.rows.values().map(({ seq }) => seq));
  }

  async coverage(window: PredictionWindow): Promise<Coverage> {
    const rows = newest(this.within(window), window.limit);
    return {
      predictions: rows.length,
      matured: rows.filter((row) => this.outcomeOf(row, window) !== undefined).length,
    };
  }

  async answered(window: PredictionWindow): Promise<readonly AnsweredPrediction[]> {
    return newest(this.within(window), window.limit).map((prediction) => {
      const known = this.outcomeOf(prediction, window);
      return {
        prediction: given(prediction),
        ...(known ? { outcome: known.outcome, observedAt: known.observedAt } : {}),
      };
    });
  }

  async matured(window: PredictionWindow): Promise<readonly MaturedPrediction[]> {
    return this.joined(window, given);
  }

  async maturedWithCoverage(window: PredictionWindow): Promise<MaturedWindow> {
    return { coverage: await this.coverage(window), matured: await this.matured(window) };
  }

  async maturedWithFeatures(window: PredictionWindow): Promise<readonly MaturedPrediction<FeaturedAnswer>[]> {
    return this.joined(window, (row) => ({ ...given(row), features: row.features }));
  }

  private joined<A extends GivenAnswer>(
    window: PredictionWindow,
    as: (row: Prediction) => A,
  ): readonly MaturedPrediction<A>[] {
    const rows = this.within(window).flatMap((prediction) => {
      const known = this.outcomeOf(prediction, window);
      return known ? [{ prediction: as(prediction), outcome: known.outcome, observedAt: known.observedAt }] : [];
    });
    return newest(rows, window.limit);
  }

  async pairs({ rolloutId, champion, asOf, limit }: PairWindow): Promise<readonly MaturedPair[]> {
    const counterparts = new Map(this.rows.values().flatMap((row) => (row.pairOf ? [[row.pairOf, row]] : [])));
    const firsts = new Map<string, MaturedPair>();
    for (const row of this.ofRollout(rolloutId)) {
      const other = counterparts.get(row.id);
      const known = this.outcomeOf(row, { asOf });
      const id = row.key ?? row.id;
      if (!other || !known || firsts.has(id) || (asOf && row.occurredAt > asOf)) continue;
      const { key, occurredAt } = row;
      const scores = { champion: row.scores, challenger: other.scores };
      const turned = { champion: other.scores, challenger: row.scores };
      const { outcome, observedAt, recordedAt } = known;
      const told = { key, occurredAt, outcome, observedAt, recordedAt };
      firsts.set(id, { ...told, ...(row.version === champion ? scores : turned) });
    }
    return [...firsts.values()].slice(0, limit);
  }

  async assignedKeys(rolloutId: string, limit: number): Promise<readonly AssignedKeys[]> {
    const keys = new Map<number, { champion: Set<string>; challenger: Set<string> }>();
    for (const { id, key, split } of newest(this.ofRollout(rolloutId), limit)) {
      const { share, assigned } = split!;
      const counted = keys.get(share) ?? { champion: new Set(), challenger: new Set() };
      keys.set(share, counted);
      counted[assigned].add(key ?? id);
    }
    return [...keys]
      .sort(([a], [b]) => a - b)
      .map(([share, { champion, challenger }]) => ({ share, champion: champion.size, challenger: challenger.size }));
  }

  async *featureChunks(window: PredictionWindow, width: number): AsyncIterable<Float32Array> {
    const fitting = this.within(window).filter(({ features }) => features.length === width);
    const rows = newest(fitting, window.limit);
    for (let from = 0; from < rows.length; from += rowsPerChunk) {
      const chunk = rows.slice(from, from + rowsPerChunk);
      yield Float32Array.from(chunk.flatMap(({ features }) => features.map((value) => value ?? NaN)));
    }
  }

  private ofModel(model: string): Prediction[] {
    return this.rows
      .values()
      .filter((row) => row.model === model)
      .sort((a, b) => a.seq - b.seq);
  }

  private ofRollout(rolloutId: string): Prediction[] {
    return this.rows
      .values()
      .filter(({ split }) => split?.rolloutId === rolloutId)
      .sort((a, b) => a.seq - b.seq);
  }

  private within(window: PredictionWindow): Prediction[] {
    const { version, arm = 'champion', afterSeq = 0, untilSeq = Infinity, asOf, occurredAfter } = window;
    return this.ofModel(window.model).filter(
      (row) =>
        row.arm === arm &&
        row.seq > afterSeq &&
        row.seq <= untilSeq &&
        (version === undefined || row.version === version) &&
        (asOf === undefined || row.occurredAt <= asOf) &&
        (occurredAfter === undefined || row.occurredAt > occurredAfter),
    );
  }

  private outcomeOf(row: Prediction, { asOf }: Pick<PredictionWindow, 'asOf'>): Outcome | undefined {
    const known = this.outcomes.get(row.pairOf ?? row.id);
    return known && (asOf === undefined || known.observedAt <= asOf) ? known : undefined;
  }
}

function newest<T>(ascending: readonly T[], limit: number): readonly T[] {
  return ascending.slice(Math.max(0, ascending.length - limit));
}

function given({ input: _, features: __, split: ___, pairOf: ____, ...answer }: Prediction): GivenAnswer {
  return answer;
}
