import type { Database } from './database.js';

/** How many answers a model has recorded behind a watermark, as of another. */
interface Count {
  readonly afterSeq: number;
  readonly untilSeq: number;
  readonly count: number;
}

/**
 * Counts the callers' answers of models, each time only those recorded since the last time: whoever asks every hour does
 * not count a history again. Nobody ever sees a lower number later, so what lies below a watermark stays as it is; rows
 * that are deleted as too old keep counting until the process ends.
 */
export class RunningCounts {
  private readonly known = new Map<string, Count>();

  constructor(private readonly database: Database) {}

  /** Predictions of a model with seq > afterSeq, shadow answers apart. */
  async since(model: string, afterSeq: number): Promise<number> {
    const last = this.known.get(model);
    // What an open unit of work has inserted may yet vanish.
    const lasting = !this.database.inTransaction;
    const base = lasting && last?.afterSeq === afterSeq ? last : { afterSeq, untilSeq: afterSeq, count: 0 };
    const { rows } = await this.database.query<{ fresh: number; newest: string }>(
      `SELECT (SELECT coalesce(max(seq), 0) FROM predictions) AS newest,
         (SELECT count(*)::int FROM predictions WHERE model = $1 AND seq > $2 AND arm <> 'shadow') AS fresh`,
      [model, base.untilSeq],
    );
    const { fresh, newest } = rows[0]!;
    const count = { afterSeq, untilSeq: Math.max(base.untilSeq, Number(newest)), count: base.count + fresh };
    if (lasting) this.known.set(model, count);
    return count.count;
  }

  /** The same, of events at or before a day of the past: each time anew. */
  async until(model: string, afterSeq: number, asOf: Date): Promise<number> {
    const { rows } = await this.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM predictions
       WHERE model = $1 AND seq > $2 AND arm <> 'shadow' AND occurred_at <= $3`,
      [model, afterSeq, asOf],
    );
    return rows[0]!.count;
  }
}
