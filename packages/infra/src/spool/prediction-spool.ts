import { DomainError, messageOf, type Clock, type NewPrediction } from '@retrain/core';
import { GroupCommit } from '../database/group-commit.js';
import type { SpoolFolder } from './spool-folder.js';

/** How long a write to the database may take before the spool has it. */
const PATIENCE_MS = 1_000;
const TEND_MS = 1_000;
/** How long one try to reach the database may take before another one is made beside it. */
const TRY_MS = 5_000;

export interface SpoolLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

export interface PredictionSpoolParts {
  readonly folder: SpoolFolder;
  /** Writes all to the database, those of known ids left out. */
  readonly insert: (predictions: readonly NewPrediction[], recordedAt: Date) => Promise<void>;
  readonly clock: Clock;
  readonly log: SpoolLog;
  readonly patienceMs?: number;
}

/** What waits for the database. */
export interface SpoolStatus {
  /** Whether answers go to the local disk now. */
  readonly active: boolean;
  readonly predictions: number;
  readonly bytes: number;
  readonly limit: number;
}

/**
 * Keeps answers going while the database is away: predictions are made durable on the local disk and written to the
 * database when it is back, once each, by their ids.
 *
 * The time of recording is that of the answer. A write that fails or takes longer than a second goes to the disk; if it
 * arrives all the same, the second arrival changes nothing.
 */
export class PredictionSpool {
  private active = false;
  private waiting = 0;
  private readonly appends: GroupCommit<NewPrediction>;
  private readonly patienceMs: number;
  private draining?: Promise<void>;
  private timer?: NodeJS.Timeout;

  constructor(private readonly parts: PredictionSpoolParts) {
    this.patienceMs = parts.patienceMs ?? PATIENCE_MS;
    this.appends = new GroupCommit((predictions) => this.append(predictions));
  }

  /** Begins to look after the folder: what a process left that died is written first. */
  open(): void {
    this.timer = setInterval(() => void this.tend(), TEND_MS);
    this.timer.unref();
    void this.tend();
  }

  /** Tries once more to write what waits; the rest stays on the disk for the next process. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.settled();
  }

  status(): SpoolStatus {
    const { bytes, limit } = this.parts.folder;
    return { active: this.active, predictions: this.waiting, bytes, limit };
  }

  /**
   * Resolves once the predictions are durable, in the database or here. Rejects like `commit` for reasons that are not
   * the database's absence, and with `spool_full` or `storage_full` when neither place takes them.
   */
  async write(predictions: readonly NewPrediction[], commit: () => Promise<void>): Promise<void> {
    if (!this.active && (await this.committed(commit))) return;
    if (!this.active) this.parts.log.warn({}, 'the database is away: predictions are kept on the local disk');
    this.active = true;
    await this.appends.add(predictions);
  }

  /** Resolves when nothing waits any more, or when the database turns out to be away still. */
  async settled(): Promise<void> {
    if (this.active || this.parts.folder.bytes > 0) await withinTime(this.drain(), this.patienceMs);
  }

  private async committed(commit: () => Promise<void>): Promise<boolean> {
    try {
      return await withinTime(
        commit().then(() => true),
        this.patienceMs,
      );
    } catch (error) {
      if (error instanceof DomainError && error.retryable) return false;
      throw error;
    }
  }

  private async append(predictions: readonly NewPrediction[]): Promise<void> {
    const recordedAt = this.parts.clock.now();
    await this.parts.folder.append(JSON.stringify({ recordedAt, predictions }));
    this.waiting += predictions.length;
  }

  private async tend(): Promise<void> {
    await this.parts.folder.tend();
    if (this.active || this.parts.folder.bytes > 0) await this.drain();
  }

  /** One at a time; a try that the database does not answer is given up for another one. */
  private drain(): Promise<void> {
    this.draining ??= withinTime(this.empty(), TRY_MS)
      .catch(() => undefined)
      .then(() => void (this.draining = undefined));
    return this.draining;
  }

  /**
   * Writes segment by segment until none is left; rejects when the database is away. As soon as it takes anything, new
   * answers go to it again: otherwise steady traffic would never let the spool run empty.
   */
  private async empty(): Promise<boolean> {
    for (;;) {
      const segment = await this.parts.folder.oldest();
      if (!segment) break;
      for (const line of segment.lines) {
        await this.insert(line);
        this.resume();
      }
      await segment.remove();
    }
    this.resume();
    return true;
  }

  private resume(): void {
    if (this.active) this.parts.log.info({ waiting: this.waiting }, 'the database is back: what waits is recorded now');
    this.active = false;
  }

  private async insert(line: string): Promise<void> {
    let entry: { readonly predictions: readonly NewPrediction[]; readonly recordedAt: string };
    try {
      entry = JSON.parse(line) as typeof entry;
    } catch (error) {
      this.parts.log.warn({ error: messageOf(error) }, 'a line of the spool is not whole; nobody was answered for it');
      return;
    }
    const predictions = entry.predictions.map((each) => ({ ...each, occurredAt: new Date(each.occurredAt) }));
    await this.parts.insert(predictions, new Date(entry.recordedAt));
    this.waiting = Math.max(0, this.waiting - predictions.length);
  }
}

/** The answer of `work`, or false when it takes longer. */
async function withinTime(work: Promise<boolean>, milliseconds: number): Promise<boolean>;
async function withinTime(work: Promise<void>, milliseconds: number): Promise<void | false>;
async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T | false> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<false>((resolve) => (timer = setTimeout(resolve, milliseconds, false)));
  // It may fail after nobody waits for it any more.
  work.catch(() => undefined);
  return Promise.race([work, impatience]).finally(() => clearTimeout(timer));
}
