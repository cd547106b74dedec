/** Progress of one consumer through the event log. */
export interface DeliveryCursor {
  readonly consumer: string;
  /** Everything up to here is delivered or given up. */
  readonly seq: number;
  /** Failed tries of the event after `seq`. */
  readonly attempts: number;
  readonly notBefore?: Date;
}

/** Cursors of the log's readers: the log is the outbox. */
export abstract class Deliveries {
  /** Locks the consumer's cursor for the unit of work; undefined when another process holds it. A new consumer starts at `startSeq`. */
  abstract lock(consumer: string, startSeq: number): Promise<DeliveryCursor | undefined>;
  abstract save(cursor: DeliveryCursor): Promise<void>;
}
