import type { FeatureProfile } from './feature-profile.js';
import { emptyProfile, mergeProfiles, updateProfile } from './profile.js';

/** Sizes of blocks: a chunk of its own, and two, four and eight chunks after one another. */
export const driftScales = 4;

/** Rows that were answered one after another, as a picture on the bins of the champion's reference. */
export interface DriftBlock {
  /** The time it covers: from the check that closed the block before until the check that closed this one. */
  readonly from: Date;
  readonly to: Date;
  /** Its rows have seq in (afterSeq, untilSeq]. */
  readonly afterSeq: number;
  readonly untilSeq: number;
  readonly profile: FeatureProfile;
}

/** What the champion had been answering when a run judged a candidate for its place, and the champion stayed. */
export interface AnsweredDrift {
  readonly runId: string;
  readonly at: Date;
  readonly blocks: readonly DriftBlock[];
}

/** Whose answers a watch follows: one version's, by the clock of live checks or by the days of a replay. */
export interface DriftWatchKey {
  readonly model: string;
  readonly version: number;
  readonly simulated: boolean;
}

/**
 * The features that a champion has answered, kept up row by row: every row up to `seq` was read once and is in the open
 * chunk, in a block, or spent. Its size depends on features and bins, never on rows.
 *
 * Chunks (rows between two checks, enough of them to be judged) are merged pairwise into blocks of two, four and eight,
 * as a binary counter carries. So a block of each size ends regularly, no row is in two blocks of one size, and a small
 * change for which a chunk is too short is seen in a longer block.
 */
export interface DriftWatch extends DriftWatchKey {
  /** Rows at or below it are none of the watch's. */
  readonly startSeq: number;
  /** Watermark: rows up to it have been read. */
  readonly seq: number;
  /** The newest check; for a replay, rows of later events have not been read. */
  readonly at: Date;
  /** Where the open chunk begins. */
  readonly since: Date;
  /** Rows at or below it are none of the open chunk's. */
  readonly sinceSeq: number;
  /** The open chunk. */
  readonly pending: FeatureProfile;
  /** Chunks closed since the evidence began. */
  readonly chunks: number;
  /** The newest block of each size, smallest first. */
  readonly blocks: readonly DriftBlock[];
  /** The last run that had judged a candidate when the evidence began. */
  readonly judgedRunId?: string;
  readonly answered?: AnsweredDrift;
  /** Counts the saves; 0 for one that was never saved. */
  readonly revision: number;
}

/** A watch that has read nothing. */
export function openWatch(
  key: DriftWatchKey,
  start: { readonly seq: number; readonly at: Date; readonly judgedRunId?: string },
  reference: FeatureProfile,
): DriftWatch {
  return {
    ...key,
    startSeq: start.seq,
    seq: start.seq,
    at: start.at,
    since: start.at,
    sinceSeq: start.seq,
    pending: emptyProfile(reference),
    chunks: 0,
    blocks: [],
    judgedRunId: start.judgedRunId,
    revision: 0,
  };
}

/** Adds rows (row-major float32, columns as in the reference) to the open chunk. */
export function foldRows(watch: DriftWatch, rows: Float32Array): DriftWatch {
  return { ...watch, pending: updateProfile(watch.pending, rows) };
}

/** Closes the open chunk at a check if it holds `minRows`, and merges what is due; else leaves it open. */
export function closeChunk(watch: DriftWatch, at: Date, minRows: number): DriftWatch {
  if (watch.pending.rows < minRows) return watch;
  const blocks = [...watch.blocks];
  let carried: DriftBlock | undefined = {
    ...{ from: watch.since, to: at, profile: watch.pending },
    ...{ afterSeq: watch.sinceSeq, untilSeq: watch.seq },
  };
  for (let scale = 0; carried && scale < driftScales; scale++) {
    const before: DriftBlock | undefined = blocks[scale];
    const pairs = before && Math.floor(watch.chunks / 2 ** scale) % 2 === 1;
    const merged: DriftBlock | undefined = pairs
      ? { ...carried, ...startOf(before), profile: mergeProfiles(before.profile, carried.profile) }
      : undefined;
    blocks[scale] = carried;
    carried = merged;
  }
  const next = { since: at, sinceSeq: watch.seq, pending: emptyProfile(watch.pending) };
  return { ...watch, ...next, blocks, chunks: watch.chunks + 1 };
}

const startOf = ({ from, afterSeq }: DriftBlock) => ({ from, afterSeq });

/**
 * Begins the evidence anew because a run has judged a candidate and the champion stayed: what it had been answering is
 * set aside as answered, rows read so far are spent. `since` is where the time of the new evidence begins.
 *
 * Rows that no check could judge yet (no chunk was closed) are kept: a model that answers few requests between its runs
 * would otherwise never be judged.
 */
export function restartWatch(
  watch: DriftWatch,
  judged: { readonly runId: string; readonly at: Date },
  since: Date,
): DriftWatch {
  const { blocks } = watch;
  if (blocks.length === 0) return { ...watch, judgedRunId: judged.runId };
  return {
    ...watch,
    startSeq: watch.seq,
    since,
    sinceSeq: watch.seq,
    pending: emptyProfile(watch.pending),
    chunks: 0,
    blocks: [],
    judgedRunId: judged.runId,
    answered: { ...judged, blocks },
  };
}
