import { unprocessable } from '../shared/errors.js';

/** A change of the world that really happened: an alarm while it lasts is a true one. */
export interface KnownChange {
  readonly name: string;
  readonly from: Date;
  /** Instant at which the world is as before; undefined for a change that stays. */
  readonly until?: Date;
}

/** A change from its written form, `closed-doors@2020-06-17..2021-05-18` or `new-rules@2013-08-17`. Throws `bad_change`. */
export function parseKnownChange(text: string): KnownChange {
  const match = /^([^@\s]+)@(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?$/.exec(text);
  const from = new Date(match?.[2] ?? NaN);
  const until = match?.[3] === undefined ? undefined : new Date(match[3]);
  if (match && !Number.isNaN(from.getTime()) && (until === undefined || until > from)) {
    return { name: match[1]!, from, until };
  }
  throw unprocessable(
    'bad_change',
    `"${text}" is no change; write name@2020-06-17 or name@2020-06-17..2021-05-18, the name without spaces.`,
  );
}

/** The change that lasts at an instant, the first one of several. */
export function changeAt(changes: readonly KnownChange[], at: number): KnownChange | undefined {
  return changes.find(({ from, until }) => at >= from.getTime() && (until === undefined || at < until.getTime()));
}
