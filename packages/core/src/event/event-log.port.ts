import type { EventType, LoggedEvent, NewEvent } from './event-map.js';

export interface EventFilter {
  readonly model?: string;
  readonly runId?: string;
  readonly types?: readonly EventType[];
}

/** The append-only log: everything that happened, in commit order. */
export abstract class EventLog {
  /**
   * Appends inside the current unit of work, so that change and event are one: readers see the events, and hear the
   * signal `event_appended`, once it is committed.
   */
  abstract append(...events: readonly NewEvent[]): Promise<void>;
  /** Events with seq > afterSeq, ascending, at most `limit`. */
  abstract after(afterSeq: number, limit: number, filter?: EventFilter): Promise<readonly LoggedEvent[]>;
  /** Events with seq < beforeSeq (all when undefined), descending, at most `limit`. */
  abstract before(beforeSeq: number | undefined, limit: number, filter?: EventFilter): Promise<readonly LoggedEvent[]>;
}
