import { EventLog, type EventFilter } from '../event/event-log.port.js';
import type { LoggedEvent, NewEvent } from '../event/event-map.js';
import type { Clock } from '../shared/clock.port.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryEventLog extends EventLog {
  private readonly rows;
  private seq = 0;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {
    super();
    this.rows = database.table<LoggedEvent>();
  }

  async append(...events: readonly NewEvent[]): Promise<void> {
    await this.database.write(() =>
      // Numbered at the commit: the order of the log is the order of the commits.
      this.database.beforeCommit(() => {
        for (const event of events) {
          const recordedAt = this.clock.now();
          const seq = ++this.seq;
          this.rows.set(String(seq), { ...event, seq, recordedAt, asOf: event.asOf ?? recordedAt });
        }
        if (events.length > 0) this.database.signal({ kind: 'event_appended' });
      }),
    );
  }

  async after(afterSeq: number, limit: number, filter: EventFilter = {}): Promise<readonly LoggedEvent[]> {
    return this.matching(filter)
      .filter(({ seq }) => seq > afterSeq)
      .slice(0, limit);
  }

  async before(
    beforeSeq: number | undefined,
    limit: number,
    filter: EventFilter = {},
  ): Promise<readonly LoggedEvent[]> {
    return this.matching(filter)
      .filter(({ seq }) => beforeSeq === undefined || seq < beforeSeq)
      .reverse()
      .slice(0, limit);
  }

  private matching({ model, runId, types }: EventFilter): LoggedEvent[] {
    return this.rows
      .values()
      .filter(
        (event) =>
          (model === undefined || event.model === model) &&
          (runId === undefined || event.runId === runId) &&
          (types === undefined || types.includes(event.type)),
      );
  }
}
