import { isClaimable, type NewTrainingPiece, type PieceResult, type TrainingPiece } from '../piece/training-piece.js';
import { TrainingPieces } from '../piece/training-pieces.port.js';
import type { RunFailure, TrainingRun } from '../run/training-run.js';
import type { MemoryDatabase } from './memory-database.js';
import type { MemoryTrainingRuns } from './memory-training-runs.js';

type Row = TrainingPiece & { readonly position: number };

export class MemoryTrainingPieces extends TrainingPieces {
  private readonly rows;
  private position = 0;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly runs: MemoryTrainingRuns,
  ) {
    super();
    this.rows = database.table<Row>();
  }

  add(run: Pick<TrainingRun, 'id' | 'model'>, pieces: readonly NewTrainingPiece[], now: Date): Promise<void> {
    return this.database.write(() => {
      for (const piece of pieces) this.addOne(run, piece, now);
    });
  }

  withdraw(runId: string, keys: readonly string[]): Promise<void> {
    return this.delete((row) => row.runId === runId && keys.includes(row.key) && !isDone(row));
  }

  async ofRun(runId: string): Promise<readonly TrainingPiece[]> {
    return this.inOrder((row) => row.runId === runId).map(pieceOf);
  }

  all(): readonly TrainingPiece[] {
    return this.inOrder(() => true).map(pieceOf);
  }

  async find(id: string): Promise<TrainingPiece | undefined> {
    const row = this.rows.get(id);
    return row && pieceOf(row);
  }

  claim(id: string, token: string, now: Date, leaseUntil: Date): Promise<TrainingPiece | undefined> {
    return this.database.write(() => {
      const row = this.rows.get(id);
      if (!row || !isClaimable(row, now) || !this.runs.goesOn(row.runId)) return undefined;
      return pieceOf(this.take(row, token, now, leaseUntil));
    });
  }

  claimNext(token: string, now: Date, leaseUntil: Date): Promise<TrainingPiece | undefined> {
    return this.database.write(() => {
      const wanted = this.inOrder((row) => this.runs.goesOn(row.runId));
      const places = new Map<string, { held: number; since: number }>();
      for (const row of wanted) {
        const { held, since } = places.get(row.runId) ?? { held: 0, since: row.createdAt.getTime() };
        const live = row.status === 'running' && !isClaimable(row, now);
        const begun = row.startedAt?.getTime() ?? since;
        places.set(row.runId, { held: held + (live ? 1 : 0), since: Math.max(since, begun) });
      }
      const [next] = wanted
        .filter((row) => isClaimable(row, now))
        .sort((one, other) => {
          const [mine, theirs] = [places.get(one.runId)!, places.get(other.runId)!];
          return mine.held - theirs.held || mine.since - theirs.since || one.position - other.position;
        });
      return next && pieceOf(this.take(next, token, now, leaseUntil));
    });
  }

  heartbeat(id: string, token: string, leaseUntil: Date, progress: number): Promise<boolean> {
    return this.change(id, token, (row) => this.runs.goesOn(row.runId) && { leaseUntil, progress });
  }

  complete(id: string, token: string, finishedAt: Date, result: PieceResult): Promise<boolean> {
    return this.change(id, token, () => ({ status: 'fitted', progress: 1, finishedAt, result, ...released }));
  }

  fail(id: string, token: string, finishedAt: Date, failure: RunFailure): Promise<boolean> {
    return this.change(id, token, () => ({ status: 'failed', finishedAt, failure, ...released }));
  }

  handBack(id: string, token: string): Promise<boolean> {
    const before = { status: 'queued', progress: 0, startedAt: undefined, ...released } as const;
    return this.change(id, token, ({ attempt }) => ({ ...before, attempt: attempt - 1 }));
  }

  forget(key: string): Promise<void> {
    return this.delete((row) => row.key === key && row.status === 'fitted');
  }

  private take(row: Row, token: string, now: Date, leaseUntil: Date): Row {
    const held = { attemptToken: token, leaseUntil, startedAt: now, progress: 0 };
    return this.rows.set(row.id, { ...row, ...held, status: 'running', attempt: row.attempt + 1 });
  }

  private addOne(run: Pick<TrainingRun, 'id' | 'model'>, piece: NewTrainingPiece, now: Date): void {
    const own = this.rows.values().find((row) => row.runId === run.id && row.key === piece.key);
    if (own?.status === 'failed' && own.failure?.retryable) {
      const again = { status: 'queued', attempt: 0, progress: 0, failure: undefined, finishedAt: undefined } as const;
      this.rows.set(own.id, { ...own, ...again, startedAt: undefined });
    }
    if (own) return;
    const done = this.inOrder((row) => row.key === piece.key && row.status === 'fitted').at(-1);
    const taken = done && ({ status: 'fitted', progress: 1, finishedAt: now, result: done.result } as const);
    const fresh = { runId: run.id, model: run.model, attempt: 0, createdAt: now, cached: done !== undefined };
    const place = { position: ++this.position };
    this.rows.set(piece.id, { ...piece, ...fresh, ...place, ...(taken ?? { status: 'queued', progress: 0 }) });
  }

  private delete(which: (row: Row) => boolean): Promise<void> {
    return this.database.write(() => {
      for (const row of this.rows.values()) if (which(row)) this.rows.delete(row.id);
    });
  }

  /** Changes a running piece that the token holds. */
  private change(id: string, token: string, change: (row: Row) => Partial<Row> | false): Promise<boolean> {
    return this.database.write(() => {
      const row = this.rows.get(id);
      if (row?.status !== 'running' || row.attemptToken !== token) return false;
      const changed = change(row);
      if (!changed) return false;
      this.rows.set(id, { ...row, ...changed });
      return true;
    });
  }

  private inOrder(which: (row: Row) => boolean): Row[] {
    return this.rows
      .values()
      .filter(which)
      .sort((one, other) => one.position - other.position);
  }
}

const released = { attemptToken: undefined, leaseUntil: undefined };

const isDone = ({ status }: TrainingPiece) => status === 'fitted' || status === 'failed';

function pieceOf({ position: _, ...piece }: Row): TrainingPiece {
  return piece;
}
