import type { ModelVersion } from '../model/model-version.js';
import { Predictions, type PredictionWindow } from '../prediction/predictions.port.js';
import { unavailable } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { closeChunk, foldRows, openWatch, restartWatch, type DriftWatch } from './drift-watch.js';
import { DriftWatches } from './drift-watches.port.js';
import type { FeatureProfile } from './feature-profile.js';

/** Where the evidence about a champion begins. */
export interface WatchStart {
  /** Rows at or below it are none of a new watch's. */
  readonly seq: number;
  readonly at: Date;
  /** The last run that judged a candidate. */
  readonly judged?: { readonly runId: string; readonly at: Date };
}

export interface KeepWatch {
  readonly champion: ModelVersion;
  /** The champion's. */
  readonly reference: FeatureProfile;
  readonly start: WatchStart;
  /** The time of the check, or of the reading between two checks. */
  readonly at: Date;
  /** Whether `at` is a day of the past: rows of later events are then left for later. */
  readonly simulated: boolean;
  /** A check closes the open chunk if it holds enough rows. */
  readonly closing?: { readonly minRows: number };
  /** Saves nothing. */
  readonly dryRun?: boolean;
}

/** Others save at the same time; each of them has then read the rows that this one would. */
const TRIES = 20;

/** Carries the watch over a champion's features on: reads the rows behind its watermark, each of them once. */
@Service()
export class KeepDriftWatch {
  constructor(
    private readonly watches: DriftWatches,
    private readonly predictions: Predictions,
  ) {}

  /**
   * The watch after reading what is new. Its cost depends on the new rows only.
   *
   * A look at a day before the newest check of a replay reads that time's rows afresh and saves nothing. Rejects with
   * `drift_watch_busy` when others were first again and again.
   */
  async execute(request: KeepWatch): Promise<DriftWatch> {
    const { champion, simulated, at } = request;
    const key = { model: champion.model, version: champion.version, simulated };
    for (let tries = 0; tries < TRIES; tries++) {
      const known = await this.watches.find(key);
      const past = known !== undefined && simulated && at < known.at;
      const opened = (past ? undefined : known) ?? this.opened(key, request);
      const watch = await this.carriedOn(opened, request);
      if (past || request.dryRun || watch === known || (await this.watches.save(watch))) return watch;
    }
    throw unavailable('drift_watch_busy', `The drift watch of "${key.model}" was changed by others ${TRIES} times.`);
  }

  private opened(
    key: Pick<DriftWatch, 'model' | 'version' | 'simulated'>,
    { start, reference }: KeepWatch,
  ): DriftWatch {
    return openWatch(key, { seq: start.seq, at: start.at, judgedRunId: start.judged?.runId }, reference);
  }

  private async carriedOn(opened: DriftWatch, request: KeepWatch): Promise<DriftWatch> {
    const { champion, start, at, closing, simulated } = request;
    const { judged } = start;
    const answered = judged && judged.runId !== opened.judgedRunId && judged.runId !== champion.runId;
    let watch = answered ? restartWatch(opened, judged, later(opened.at, start.at)) : opened;
    const seq = Math.max(opened.seq, await this.predictions.lastSeq());
    for (const window of windows(watch, seq, request)) {
      for await (const rows of this.predictions.featureChunks(window, request.reference.columns.length)) {
        watch = foldRows(watch, rows);
      }
    }
    const due = closing !== undefined && watch.pending.rows >= closing.minRows;
    if (watch === opened && seq === opened.seq && !due && (!simulated || at <= opened.at)) return opened;
    const read = { ...watch, seq, at: later(watch.at, at) };
    return closing ? closeChunk(read, at, closing.minRows) : read;
  }
}

/** The rows that the watch has not read: recorded since, and for a replay those whose events have happened since. */
function windows(watch: DriftWatch, untilSeq: number, { champion, at, simulated }: KeepWatch): PredictionWindow[] {
  const own = { model: champion.model, version: champion.version, limit: Infinity };
  const recorded = { ...own, afterSeq: watch.seq, untilSeq, ...(simulated ? { asOf: at } : {}) };
  const happened = { ...own, afterSeq: watch.startSeq, untilSeq: watch.seq, occurredAfter: watch.at, asOf: at };
  return [...(simulated && watch.seq > watch.startSeq ? [happened] : []), ...(untilSeq > watch.seq ? [recorded] : [])];
}

function later(first: Date, second: Date): Date {
  return first > second ? first : second;
}
