import type { Refits } from '../evaluation/refits.js';
import type { StageContext } from '../run/stage.js';
import type { ArtifactRef } from '../model/model-version.js';
import type { FittedModel } from '../run/trainer-definition.js';
import { canonicalJson } from '../shared/canonical-json.js';
import { DomainError } from '../shared/errors.js';
import type { ArtifactStore } from '../storage/artifact-store.port.js';
import type { RunTiming } from '../run/run-timing.js';
import type { Clock } from '../shared/clock.port.js';
import type { FittingSlots } from './fitting-slots.js';
import type { TrainPieceService } from './train-piece.service.js';
import type { TrainingPieces } from './training-pieces.port.js';
import { decodeOutcome, type FittedPiece } from './fit-piece.js';
import { refitWork, type PieceSource } from './plan-pieces.js';
import { progressOf } from './progress.js';
import { isClaimable, type NewTrainingPiece, type PieceWork, type TrainingPiece } from './training-piece.js';

/** Why work of this process on a piece ends when its run's stage does. */
class StageOver extends Error {
  constructor() {
    super('The stage is over.');
  }
}

/** A piece whose result cannot be read is fitted anew so many times. */
const READS = 3;

/** What a board works with. */
export interface BoardTools {
  readonly pieces: TrainingPieces;
  readonly artifacts: ArtifactStore;
  readonly training: TrainPieceService;
  readonly slots: FittingSlots;
  readonly clock: Clock;
  readonly timing: RunTiming;
  newPiece(runId: string, work: PieceWork): NewTrainingPiece;
  keyOf(runId: string, work: PieceWork): string;
  /** Tells the trainers of pieces that wait. */
  tell(pieces: readonly TrainingPiece[]): void;
}

interface Waiting {
  resolve(piece: TrainingPiece): void;
  reject(error: unknown): void;
}

/**
 * The pieces of one run as the trainer that holds the run sees them.
 *
 * Puts them up, tells the other trainers, hands results over as they come in, tells again what was lost, and works on
 * pieces itself whenever a slot of its process is free and nobody else takes them: one trainer alone comes to an end too.
 */
export class PieceBoard {
  private readonly known = new Map<string, NewTrainingPiece>();
  private readonly waiting = new Map<string, Waiting[]>();
  private rows: readonly TrainingPiece[] = [];
  /** Failed pieces by the recipe that they cost. */
  private readonly out = new Map<string, TrainingPiece>();
  private readonly working = new Set<Promise<void>>();
  private toldAt = -Infinity;
  /** Looks in a row at which pieces waited and a slot was free. */
  private silence = 0;
  private failure?: { readonly error: unknown };

  constructor(
    private readonly tools: BoardTools,
    private readonly context: StageContext,
  ) {}

  /** The pieces of the run as they stood at the last look. */
  get pieces(): readonly TrainingPiece[] {
    return this.rows.filter(({ key }) => this.known.has(key));
  }

  /** Puts pieces up, the most urgent first; those that an earlier attempt left and nobody needs any more are taken down. */
  async put(works: readonly PieceWork[]): Promise<void> {
    const { run } = this.context;
    const first = this.known.size === 0;
    const fresh = new Map<string, NewTrainingPiece>();
    for (const work of works) {
      const key = this.tools.keyOf(run.id, work);
      if (!this.known.has(key) && !fresh.has(key)) fresh.set(key, this.tools.newPiece(run.id, work));
    }
    for (const [key, piece] of fresh) this.known.set(key, piece);
    await this.add([...fresh.values()]);
    if (!first) return;
    const stale = this.rows.filter(({ key, status }) => !this.known.has(key) && status !== 'fitted');
    if (stale.length > 0) await this.takeDown(stale);
  }

  /** Scores of blocks by the pieces on this board. */
  refits(source: PieceSource): Refits {
    return {
      scores: async (recipe, block, features) => {
        const { fitted } = await this.result(refitWork(source, recipe, block, features));
        if (!('scores' in fitted)) throw new Error('A piece that is judged has scores.');
        return fitted.scores;
      },
    };
  }

  /** The model that a piece makes, and its artifact. */
  async model(work: PieceWork): Promise<{ readonly fitted: FittedModel; readonly artifact: ArtifactRef }> {
    const { fitted, piece } = await this.result(work);
    if (!('model' in fitted)) throw new Error('A piece that is not judged has a model.');
    return { fitted: fitted.model, artifact: piece.result!.artifact! };
  }

  /** Minds the board until `work`, which waits for pieces, has ended; no fit of this process for the run outlives it. */
  async during<T>(work: (board: this) => Promise<T>): Promise<T> {
    const over = new AbortController();
    let ended = false;
    const result = work(this).finally(() => {
      ended = true;
      this.tools.slots.wake();
    });
    result.catch(() => undefined);
    try {
      while (!ended) {
        this.context.signal.throwIfAborted();
        await this.look();
        if (ended) break;
        this.help(over.signal);
        await this.tools.slots.change(this.tools.timing.lookMs);
      }
    } catch (error) {
      this.failure = { error };
      for (const waiting of this.waiting.values()) for (const { reject } of waiting) reject(error);
      this.waiting.clear();
      throw error;
    } finally {
      over.abort(new StageOver());
      await Promise.all(this.working);
    }
    return result;
  }

  private async result(work: PieceWork): Promise<{ readonly fitted: FittedPiece; readonly piece: TrainingPiece }> {
    for (let read = 1; ; read++) {
      const piece = await this.settled(work);
      const { outcome, artifact } = piece.result!;
      try {
        const bytes = await this.tools.artifacts.get(outcome);
        const model = artifact && (await this.tools.artifacts.get(artifact));
        return { fitted: decodeOutcome(bytes, model), piece };
      } catch (error) {
        if (!(error instanceof DomainError) || error.retryable || read === READS) throw error;
        // Lost or damaged: done again, and never served to anybody.
        await this.tools.pieces.forget(piece.key);
        this.rows = this.rows.filter(({ key }) => key !== piece.key);
      }
    }
  }

  /** The piece once it is fitted; rejects with its failure. */
  private async settled(work: PieceWork): Promise<TrainingPiece> {
    const key = this.tools.keyOf(this.context.run.id, work);
    const row = this.rows.find((piece) => piece.key === key);
    if (row?.status === 'fitted') return row;
    const failed = this.out.get(fittedBy(work));
    if (failed) throw errorOf(failed);
    if (!this.known.has(key)) await this.put([work]);
    if (this.failure) throw this.failure.error;
    return new Promise((resolve, reject) => {
      this.waiting.set(key, [...(this.waiting.get(key) ?? []), { resolve, reject }]);
      this.tools.slots.wake();
    });
  }

  private async look(): Promise<void> {
    const { pieces, clock, timing } = this.tools;
    this.rows = await pieces.ofRun(this.context.run.id);
    const there = new Set(this.rows.map(({ key }) => key));
    const missing = [...this.known.values()].filter(({ key }) => !there.has(key));
    if (missing.length > 0) await this.add(missing);
    this.context.progress(progressOf(this.pieces).fraction);
    for (const row of this.rows) this.settle(row);
    await this.giveUp();
    const now = clock.now();
    if (now.getTime() - this.toldAt < timing.tellSeconds * 1000) return;
    this.tools.tell(this.claimable());
    this.toldAt = now.getTime();
  }

  private settle(row: TrainingPiece): void {
    const waiting = this.waiting.get(row.key);
    if (!waiting || (row.status !== 'fitted' && row.status !== 'failed')) return;
    this.waiting.delete(row.key);
    for (const { resolve, reject } of waiting) {
      if (row.status === 'fitted') resolve(row);
      else reject(errorOf(row));
    }
  }

  private async add(pieces: readonly NewTrainingPiece[]): Promise<void> {
    const { run, fenced } = this.context;
    await fenced(() => this.tools.pieces.add(run, pieces, this.tools.clock.now()));
    this.rows = await this.tools.pieces.ofRun(run.id);
    this.toldAt = -Infinity;
  }

  private async takeDown(rows: readonly TrainingPiece[]): Promise<void> {
    const { run, fenced } = this.context;
    const keys = rows.map(({ key }) => key);
    await fenced(() => this.tools.pieces.withdraw(run.id, keys));
    this.rows = this.rows.filter(({ key }) => !keys.includes(key));
  }

  /** A recipe that failed on one block is out: nobody needs its other scores. */
  private async giveUp(): Promise<void> {
    for (const row of this.rows) {
      if (row.status === 'failed' && !row.failure!.retryable) this.out.set(fittedBy(row.work), row);
    }
    const needless = this.pieces.filter(({ status, work }) => {
      return (status === 'queued' || status === 'running') && this.out.has(fittedBy(work));
    });
    if (needless.length === 0) return;
    for (const { key } of needless) this.known.delete(key);
    await this.takeDown(needless);
    for (const { key, work } of needless) {
      const error = errorOf(this.out.get(fittedBy(work))!);
      for (const { reject } of this.waiting.get(key) ?? []) reject(error);
      this.waiting.delete(key);
    }
  }

  private claimable(): readonly TrainingPiece[] {
    const now = this.tools.clock.now();
    return this.pieces.filter((piece) => isClaimable(piece, now));
  }

  /** Works on pieces in the background when the queue brings this process none. */
  private help(over: AbortSignal): void {
    const waiting = this.claimable();
    const { slots, timing } = this.tools;
    if (waiting.length === 0 || !slots.free) {
      // A slot that this board itself has taken is no sign that the queue delivers.
      if (this.working.size === 0) this.silence = 0;
      return;
    }
    if (this.silence++ < timing.patience) return;
    const signal = AbortSignal.any([over, this.context.signal]);
    for (let giveBack = slots.tryTake(); giveBack; giveBack = slots.tryTake()) this.helpWith(waiting, signal, giveBack);
  }

  private helpWith(waiting: readonly TrainingPiece[], signal: AbortSignal, giveBack: () => void): void {
    const work = this.claimOne(waiting, signal).finally(() => {
      this.working.delete(work);
      giveBack();
    });
    this.working.add(work);
  }

  private async claimOne(waiting: readonly TrainingPiece[], signal: AbortSignal): Promise<void> {
    try {
      for (const { id } of waiting) if (await this.tools.training.claim(id, signal)) return;
    } catch {
      // Its row says that somebody works on it: it is free again when the lease has run out.
    }
    this.silence = 0;
  }
}

/** What fails as a whole when one fit of it does. */
const fittedBy = ({ recipe, features }: PieceWork) => canonicalJson([recipe, features ?? null]);

/** A failed piece as what its fit threw. */
function errorOf({ failure }: TrainingPiece): Error {
  const { code, message, retryable } = failure!;
  if (retryable) return new DomainError('unavailable', code, message);
  return code === 'unexpected_error' ? new Error(message) : new DomainError('unprocessable', code, message);
}
