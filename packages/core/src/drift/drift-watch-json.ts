import type { Json, JsonObject } from '../shared/json.js';
import type { AnsweredDrift, DriftBlock, DriftWatch, DriftWatchKey } from './drift-watch.js';
import { profileFromJson, profileToJson } from './profile-json.js';

/** What a stored watch holds beside its key, watermark and revision. */
export type DriftWatchState = Omit<DriftWatch, keyof DriftWatchKey | 'seq' | 'revision'>;

/** The state of a watch as it is stored. */
export function watchStateToJson(watch: DriftWatchState): JsonObject {
  const { startSeq, at, since, sinceSeq, pending, chunks, blocks, judgedRunId, answered } = watch;
  return {
    start_seq: startSeq,
    at: at.toISOString(),
    since: since.toISOString(),
    since_seq: sinceSeq,
    pending: profileToJson(pending),
    chunks,
    blocks: blocks.map(blockToJson),
    ...(judgedRunId !== undefined ? { judged_run_id: judgedRunId } : {}),
    ...(answered ? { answered: answeredToJson(answered) } : {}),
  };
}

/** Reads a stored state back; throws `profile_unreadable` when one of its profiles is none. */
export function watchStateFromJson(json: JsonObject): DriftWatchState {
  const answered = json['answered'] as JsonObject | undefined;
  const judgedRunId = json['judged_run_id'] as string | undefined;
  return {
    startSeq: Number(json['start_seq']),
    at: instant(json['at']),
    since: instant(json['since']),
    sinceSeq: Number(json['since_seq'] ?? json['start_seq']),
    pending: profileFromJson(json['pending']),
    chunks: Number(json['chunks']),
    blocks: blocksFrom(json['blocks']),
    ...(judgedRunId !== undefined ? { judgedRunId } : {}),
    ...(answered
      ? {
          answered: {
            runId: String(answered['run_id']),
            at: instant(answered['at']),
            blocks: blocksFrom(answered['blocks']),
          },
        }
      : {}),
  };
}

function blockToJson({ from, to, afterSeq, untilSeq, profile }: DriftBlock): JsonObject {
  const seqs = { after_seq: afterSeq, until_seq: untilSeq };
  return { from: from.toISOString(), to: to.toISOString(), ...seqs, profile: profileToJson(profile) };
}

function answeredToJson({ runId, at, blocks }: AnsweredDrift): JsonObject {
  return { run_id: runId, at: at.toISOString(), blocks: blocks.map(blockToJson) };
}

function blocksFrom(json: Json | undefined): DriftBlock[] {
  return (json as readonly JsonObject[]).map((block) => ({
    from: instant(block['from']),
    to: instant(block['to']),
    // Blocks of a release that did not tell their rows have none to show.
    afterSeq: Number(block['after_seq'] ?? 0),
    untilSeq: Number(block['until_seq'] ?? 0),
    profile: profileFromJson(block['profile']),
  }));
}

function instant(json: Json | undefined): Date {
  return new Date(String(json));
}
