import type { NewTrainingRun, RunFailure, RunStage, TrainingRun } from '../run/training-run.js';
import { TrainingRuns, type ParkedStatus, type RunConclusion, type RunDecision } from '../run/training-runs.port.js';
import { activeStatuses, isFinal } from '../run/transitions.js';
import type { JsonObject } from '../shared/json.js';
import type { Page, PageRequest } from '../shared/page.js';
import type { MemoryDatabase } from './memory-database.js';
import { pageOf } from './memory-page.js';

type Row = TrainingRun & { readonly position: number };

export class MemoryTrainingRuns extends TrainingRuns {
  private readonly rows;
  private position = 0;

  constructor(private readonly database: MemoryDatabase) {
    super();
    this.rows = database.table<Row>();
  }

  insert(run: NewTrainingRun): Promise<TrainingRun | undefined> {
    return this.database.write(() => {
      if (this.rows.values().some((row) => row.model === run.model && isActive(row))) return undefined;
      const fresh = {
        status: 'queued',
        attempt: 0,
        progress: 0,
        coalesced: 0,
        outputs: {},
        position: ++this.position,
      } as const;
      return runOf(this.rows.set(run.id, { ...run, ...fresh }));
    });
  }

  async find(id: string): Promise<TrainingRun | undefined> {
    const row = this.rows.get(id);
    return row && runOf(row);
  }

  all(): readonly TrainingRun[] {
    return this.rows.values().map(runOf);
  }

  async active(model: string): Promise<TrainingRun | undefined> {
    return this.newest(model).find(isActive);
  }

  async underWay(): Promise<readonly TrainingRun[]> {
    const rows = this.rows.values().filter(isActive);
    return rows.sort((a, b) => a.position - b.position).map(runOf);
  }

  async awaitingApproval(model: string): Promise<readonly TrainingRun[]> {
    return this.newest(model).filter(({ status }) => status === 'awaiting_approval');
  }

  async rollingOut(): Promise<readonly TrainingRun[]> {
    const rows = this.rows.values().filter(({ status }) => status === 'rolling_out');
    return rows.sort((a, b) => a.position - b.position).map(runOf);
  }

  async latest(model: string): Promise<TrainingRun | undefined> {
    return this.newest(model)[0];
  }

  async list(model: string | undefined, page: PageRequest): Promise<Page<TrainingRun>> {
    const rows = this.rows.values().filter((row) => model === undefined || row.model === model);
    return pageOf(rows, page, runOf);
  }

  async count(model: string): Promise<number> {
    return this.newest(model).length;
  }

  claim(
    id: string,
    token: string,
    now: Date,
    leaseUntil: Date,
    maxConcurrent: number,
  ): Promise<TrainingRun | undefined> {
    return this.database.write(() => {
      const row = this.line(now, maxConcurrent).find((one) => one.id === id);
      if (!row) return undefined;
      return runOf(
        this.rows.set(id, {
          ...row,
          status: 'running',
          attempt: row.attempt + 1,
          attemptToken: token,
          leaseUntil,
          startedAt: row.startedAt ?? now,
          notBefore: undefined,
          failure: undefined,
          progress: 0,
        }),
      );
    });
  }

  async heartbeat(id: string, token: string, leaseUntil: Date, progress: number): Promise<TrainingRun | undefined> {
    return (await this.change(id, token, { leaseUntil, progress })) ? this.find(id) : undefined;
  }

  beginStage(id: string, token: string, stage: RunStage): Promise<boolean> {
    return this.change(id, token, { stage, progress: 0 });
  }

  completeStage(id: string, token: string, stage: RunStage, output: JsonObject): Promise<boolean> {
    return this.change(id, token, (row) => ({ progress: 1, outputs: { ...row.outputs, [stage]: output } }));
  }

  setCandidate(id: string, token: string, version: number): Promise<boolean> {
    return this.change(id, token, { candidateVersion: version });
  }

  requeue(id: string, token: string, notBefore: Date, failure?: RunFailure): Promise<boolean> {
    return this.change(id, token, { status: 'queued', notBefore, failure, ...released });
  }

  conclude(id: string, token: string, { status, at, result, failure }: RunConclusion): Promise<boolean> {
    const finishedAt = isFinal(status) ? at : undefined;
    return this.change(id, token, { status, finishedAt, result, failure, ...released });
  }

  decide(id: string, from: ParkedStatus, { status, at, result }: RunDecision): Promise<boolean> {
    return this.database.write(() => {
      const row = this.rows.get(id);
      if (row?.status !== from) return false;
      const finishedAt = isFinal(status) ? at : undefined;
      this.rows.set(id, { ...row, status, finishedAt, result: result ?? row.result });
      return true;
    });
  }

  requestCancel(id: string, by: string, reason: string, at: Date): Promise<TrainingRun | undefined> {
    return this.database.write(() => {
      const row = this.rows.get(id);
      if (!row || !isActive(row)) return undefined;
      const cancelRequested = row.cancelRequested ?? { by, reason };
      const ended = row.status === 'queued' ? ({ status: 'cancelled', finishedAt: at } as const) : {};
      return runOf(this.rows.set(id, { ...row, cancelRequested, ...ended }));
    });
  }

  async coalesce(id: string): Promise<void> {
    await this.database.write(() => {
      const row = this.rows.get(id);
      if (row) this.rows.set(id, { ...row, coalesced: row.coalesced + 1 });
    });
  }

  async inTurn(now: Date, maxConcurrent: number): Promise<readonly TrainingRun[]> {
    return this.line(now, maxConcurrent).map(runOf);
  }

  /** Whether the run goes on: it wants its pieces. */
  goesOn(id: string): boolean {
    const row = this.rows.get(id);
    return row !== undefined && isActive(row) && row.cancelRequested === undefined;
  }

  private line(now: Date, maxConcurrent: number): Row[] {
    const alive = (row: Row) => row.status === 'running' && !!row.leaseUntil && row.leaseUntil > now;
    const free = Math.max(0, maxConcurrent - this.rows.values().filter(alive).length);
    const due = this.rows.values().filter((row) => isDue(row, now));
    return due.sort((a, b) => a.position - b.position).slice(0, free);
  }

  /** Changes a running run that the token holds. */
  private change(id: string, token: string, change: Partial<Row> | ((row: Row) => Partial<Row>)): Promise<boolean> {
    return this.database.write(() => {
      const row = this.rows.get(id);
      if (row?.status !== 'running' || row.attemptToken !== token) return false;
      this.rows.set(id, { ...row, ...(typeof change === 'function' ? change(row) : change) });
      return true;
    });
  }

  private newest(model: string): TrainingRun[] {
    const rows = this.rows.values().filter((row) => row.model === model);
    return rows.sort((a, b) => b.position - a.position).map(runOf);
  }
}

const released = { attemptToken: undefined, leaseUntil: undefined };

const isActive = (run: TrainingRun) => activeStatuses.includes(run.status);

const isDue = ({ status, notBefore, leaseUntil }: TrainingRun, now: Date) =>
  (status === 'queued' && !(notBefore && notBefore > now)) ||
  (status === 'running' && !(leaseUntil && leaseUntil > now));

function runOf({ position: _, ...run }: Row): TrainingRun {
  return run;
}
