import { EventLog } from '../event/event-log.port.js';
import { resultOf } from '../run/result.js';
import type { TrainingRun } from '../run/training-run.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { conflict } from '../shared/errors.js';
import { Service } from '../shared/service.js';

export interface Closing {
  readonly status: 'deployed' | 'rejected' | 'cancelled';
  readonly actor: string;
  readonly reason: string;
  readonly asOf: Date;
}

/** Ends a run that waited for a person: state, final result and event, in the caller's transaction. */
@Service()
export class CloseApproval {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `run_not_awaiting_approval` when somebody else was first. */
  async execute(run: TrainingRun, { status, actor, reason, asOf }: Closing): Promise<TrainingRun> {
    const at = this.clock.now();
    const result = { ...resultOf(run, { status, at, decision: reason }), execution_time: executionTime(run) };
    if (!(await this.runs.decide(run.id, status, at, result))) throw notAwaiting(run);
    const about = { model: run.model, runId: run.id, actor, asOf };
    if (status === 'cancelled') {
      await this.events.append({ ...about, type: 'run.cancelled', payload: { by: actor, reason } });
    } else await this.events.append({ ...about, type: 'run.completed', payload: { status, result } });
    return (await this.runs.find(run.id)) ?? run;
  }
}

/** The time the run worked, not the time it waited for a person. */
function executionTime(run: TrainingRun): number {
  const worked = run.result?.['execution_time'];
  return typeof worked === 'number' ? worked : 0;
}

export function notAwaiting(run: Pick<TrainingRun, 'id' | 'status'>) {
  const told = `Run ${run.id} does not wait for approval: it is ${run.status}.`;
  return conflict('run_not_awaiting_approval', told, { status: run.status });
}
