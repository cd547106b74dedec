import type { ModelRecord } from '../model/model-definition.js';

/** A record that arrived through the API after the history files were written. */
export interface ObservedRecord extends ModelRecord {
  readonly model: string;
  /** Grows with every arrival and correction: cursor of state refreshes. */
  readonly seq: number;
  readonly recordedAt: Date;
}

export interface NewObservedRecord extends ModelRecord {
  readonly model: string;
}

/** Newly observed rows: with the history file they are the training data. */
export abstract class Records {
  /** Adds records; one with a known key and another payload replaces it (a correction), an equal one is left. Returns the keys that changed anything. */
  abstract save(records: readonly NewObservedRecord[]): Promise<readonly string[]>;
  /** Records with seq > afterSeq, ascending by seq, at most `limit`. */
  abstract after(model: string, afterSeq: number, limit: number): Promise<readonly ObservedRecord[]>;
  /** Those with these keys, in any order; unknown keys are left out. */
  abstract withKeys(model: string, keys: readonly string[]): Promise<readonly ObservedRecord[]>;
  abstract count(model: string): Promise<number>;
}
