import { EventLog, type Clock, type EventFilter, type LoggedEvent, type NewEvent } from '@retrain/core';
import type { Database } from './database.js';
import { locks } from './locks.js';
import { notifySql, payloadOf } from './notification.js';
import { eventSchema } from './schema/log.schema.js';
import { isUuid } from './uuid.js';

/**
 * The log as a table. Events are written as the last thing of their unit of work, one unit at a time: their numbers
 * are in the order of the commits, and nobody waits for the log while holding other rows for long. Readers see them
 * once they are committed, and are told by the signal `event_appended`.
 */
export class PgEventLog extends EventLog {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async append(...events: readonly NewEvent[]): Promise<void> {
    if (events.length > 0) await this.database.beforeCommit(() => this.write(events));
  }

  private async write(events: readonly NewEvent[]): Promise<void> {
    await this.database.query(`SELECT pg_advisory_xact_lock(${locks.events}, 0)`);
    const now = this.clock.now();
    const column = (value: (event: NewEvent) => unknown) => events.map(value);
    await this.database.query(
      `INSERT INTO events (type, model, run_id, actor, payload, as_of, recorded_at)
       SELECT type, model, run_id, actor, payload::jsonb, as_of, $7
       FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[])
         WITH ORDINALITY AS event (type, model, run_id, actor, payload, as_of, place)
       ORDER BY place`,
      [
        column(({ type }) => type),
        column(({ model }) => model ?? null),
        column(({ runId }) => runId ?? null),
        column(({ actor }) => actor),
        column(({ payload }) => JSON.stringify(payload)),
        column(({ asOf }) => asOf ?? now),
        now,
      ],
    );
    await this.database.query(notifySql, [payloadOf({ kind: 'event_appended' })]);
  }

  after(afterSeq: number, limit: number, filter: EventFilter = {}): Promise<readonly LoggedEvent[]> {
    return this.read('seq > $1', afterSeq, 'ASC', limit, filter);
  }

  before(beforeSeq: number | undefined, limit: number, filter: EventFilter = {}): Promise<readonly LoggedEvent[]> {
    return this.read('seq < coalesce($1, 9223372036854775807)', beforeSeq ?? null, 'DESC', limit, filter);
  }

  private async read(
    condition: string,
    seq: number | null,
    order: 'ASC' | 'DESC',
    limit: number,
    { model, runId, types }: EventFilter,
  ): Promise<readonly LoggedEvent[]> {
    if (runId !== undefined && !isUuid(runId)) return [];
    const conditions = [condition];
    const parameters: unknown[] = [seq, limit];
    const add = (column: string, comparison: string, value: unknown) =>
      conditions.push(`${column} ${comparison.replace('?', `$${parameters.push(value)}`)}`);
    if (model !== undefined) add('model', '= ?', model);
    if (runId !== undefined) add('run_id', '= ?', runId);
    if (types !== undefined) add('type', '= ANY(?)', types);
    const sql = `SELECT * FROM events WHERE ${conditions.join(' AND ')} ORDER BY seq ${order} LIMIT $2`;
    return this.database.objects(eventSchema, sql, parameters);
  }
}
