import type { NewEvent } from '../event/event-map.js';
import { resultOf, type Ending } from '../run/result.js';
import type { TrainingRun } from '../run/training-run.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { conflict } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';
import { Service } from '../shared/service.js';

export interface Closing {
  readonly status: 'deployed' | 'rejected' | 'cancelled';
  readonly actor: string;
  readonly reason: string;
  readonly asOf: Date;
}

/** Ends a run that waited for a person or for the end of a rollout: state and final result, in the caller's transaction, which appends the event. */
@Service()
export class CloseApproval {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly clock: Clock,
  ) {}

  /** The run as it is now, and the event to append. Rejects with `run_not_awaiting_approval` when somebody else was first. */
  async execute(run: TrainingRun, closing: Closing): Promise<{ readonly run: TrainingRun; readonly event: NewEvent }> {
    const { status, reason } = closing;
    const at = this.clock.now();
    const result = parkedResult(run, { status, at, decision: reason });
    const parked = run.status === 'awaiting_approval' || run.status === 'rolling_out' ? run.status : undefined;
    if (!parked || !(await this.runs.decide(run.id, parked, { status, at, result }))) throw notAwaiting(run);
    return { run: (await this.runs.find(run.id)) ?? run, event: eventOf(run, closing, result) };
  }
}

function eventOf(run: TrainingRun, { status, actor, reason, asOf }: Closing, result: JsonObject): NewEvent {
  const about = { model: run.model, runId: run.id, actor, asOf };
  if (status === 'cancelled') return { ...about, type: 'run.cancelled', payload: { by: actor, reason } };
  return { ...about, type: 'run.completed', payload: { status, result } };
}

/** The result of a run that has come to rest already: its time is the time it worked, not the time it waited. */
export function parkedResult(run: TrainingRun, ending: Ending): JsonObject {
  return { ...resultOf(run, ending), execution_time: executionTime(run) };
}

function executionTime(run: TrainingRun): number {
  const worked = run.result?.['execution_time'];
  return typeof worked === 'number' ? worked : 0;
}

export function notAwaiting(run: Pick<TrainingRun, 'id' | 'status'>) {
  const told = `Run ${run.id} does not wait for approval: it is ${run.status}.`;
  return conflict('run_not_awaiting_approval', told, { status: run.status });
}
