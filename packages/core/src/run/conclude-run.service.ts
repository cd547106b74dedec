import { CircuitBreaker } from '../circuit/circuit-breaker.service.js';
import { EventLog } from '../event/event-log.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { AttemptLost, type Attempt } from './attempt.js';
import { deployOutput, statusOf } from './outputs.js';
import { resultOf } from './result.js';
import { TrainingRuns } from './training-runs.port.js';

/** Ends or parks a run whose stages are all completed: state, result and event in one change. */
@Service()
export class ConcludeRun {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly breaker: CircuitBreaker,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `AttemptLost`, and with `RunCancelled` when somebody asked for that in the last moment. */
  async execute(attempt: Attempt): Promise<void> {
    const { run, token } = attempt;
    const deployed = deployOutput(run);
    const { version, expiresAt } = deployed;
    const status = statusOf(deployed);
    const at = this.clock.now();
    const result = resultOf(run, { status, at });
    const about = { model: run.model, runId: run.id, actor: 'system', asOf: run.asOf };
    await this.unitOfWork.transaction(async () => {
      if (!(await this.runs.conclude(run.id, token, { status, at, result }))) throw new AttemptLost();
      // A candidate that serves already serves; what waits for a person or was refused, does not wait any more.
      if (status !== 'deployed') await attempt.throwIfCancelled();
      await this.breaker.runJudged(run);
      if (status === 'awaiting_approval') {
        await this.events.append({ ...about, type: 'run.awaiting_approval', payload: { version, expiresAt } });
      } else if (status === 'rolling_out') {
        await this.events.append({ ...about, type: 'run.rolling_out', payload: { version } });
      } else await this.events.append({ ...about, type: 'run.completed', payload: { status, result } });
    });
  }
}
