import { CircuitBreaker } from '../circuit/circuit-breaker.service.js';
import { isReleased } from '../deployment/deployment.js';
import { Deployments } from '../deployment/deployments.port.js';
import { EventLog } from '../event/event-log.port.js';
import { JobQueue } from '../job/job-queue.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { AttemptLost, RunCancelled, ShuttingDown, type Attempt } from './attempt.js';
import { backoffSeconds, failureOf } from './failure.js';
import { resultOf } from './result.js';
import { RunTiming } from './run-timing.js';
import type { RunFailure } from './training-run.js';
import { TrainingRuns } from './training-runs.port.js';

/** Ends an attempt that could not finish its run: tries again later, hands the run back, or gives it up. */
@Service()
export class SettleAttemptService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly deployments: Deployments,
    private readonly breaker: CircuitBreaker,
    private readonly events: EventLog,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
    private readonly timing: RunTiming,
  ) {}

  async execute(attempt: Attempt, error: unknown): Promise<void> {
    const cause: unknown = attempt.signal.aborted ? attempt.signal.reason : error;
    if (cause instanceof AttemptLost) return this.audit(attempt);
    if (cause instanceof ShuttingDown) return this.handBack(attempt);
    if (cause instanceof RunCancelled) {
      // Too late: the candidate serves already, or is being tried. The next attempt only has to say so.
      const released = isReleased(await this.deployments.ofRun(attempt.run.id));
      return released ? this.handBack(attempt) : this.cancel(attempt, cause);
    }
    const failure = failureOf(cause, attempt.run.stage);
    const failures = 1 + (failure.retryable ? await this.earlierFailures(attempt.run.id) : 0);
    if (failure.retryable && failures < this.timing.tries) return this.retry(attempt, failure, failures);
    return this.fail(attempt, failure);
  }

  /** Says that a worker came back too late. Its run is in other hands, so nothing depends on whether this can be written. */
  private async audit(attempt: Attempt): Promise<void> {
    const payload = { attempt: attempt.run.attempt, stage: attempt.run.stage };
    await this.events.append({ ...aboutOf(attempt), type: 'run.attempt_refused', payload }).catch(() => undefined);
  }

  private async earlierFailures(runId: string): Promise<number> {
    return (await this.events.after(0, 100, { runId, types: ['run.retried'] })).length;
  }

  private async handBack({ run, token }: Attempt): Promise<void> {
    await this.runs.requeue(run.id, token, this.clock.now());
  }

  private async retry(attempt: Attempt, failure: RunFailure, failures: number): Promise<void> {
    const { run, token } = attempt;
    const seconds = backoffSeconds(failures, this.timing.backoffSeconds);
    const notBefore = new Date(this.clock.now().getTime() + seconds * 1000);
    const requeued = await this.unitOfWork.transaction(async () => {
      if (!(await this.runs.requeue(run.id, token, notBefore, failure))) return false;
      const payload = { attempt: failures, notBefore: notBefore.toISOString(), message: failure.message };
      await this.events.append({ ...aboutOf(attempt), type: 'run.retried', payload });
      return true;
    });
    if (requeued) await this.deliver(run.id, run.attempt, seconds);
  }

  private fail(attempt: Attempt, failure: RunFailure): Promise<void> {
    const { run, token } = attempt;
    return this.unitOfWork.transaction(async () => {
      const at = this.clock.now();
      const result = resultOf(run, { status: 'failed', at, failure });
      if (!(await this.runs.conclude(run.id, token, { status: 'failed', at, result, failure }))) return;
      await this.withdraw(run.id, at);
      const { code, message, stage } = failure;
      await this.events.append({ ...aboutOf(attempt), type: 'run.failed', payload: { code, message, stage } });
      await this.breaker.runFailed(run, message);
    });
  }

  private cancel(attempt: Attempt, { by, reason }: RunCancelled): Promise<void> {
    const { run, token } = attempt;
    return this.unitOfWork.transaction(async () => {
      const at = this.clock.now();
      const result = resultOf(run, { status: 'cancelled', at, decision: reason });
      if (!(await this.runs.conclude(run.id, token, { status: 'cancelled', at, result }))) return;
      await this.withdraw(run.id, at);
      await this.events.append({ ...aboutOf(attempt), actor: by, type: 'run.cancelled', payload: { by, reason } });
      await this.breaker.runCancelled(run);
    });
  }

  /** A proposal of a run that never arrives at the desk must not wait there. */
  private async withdraw(runId: string, at: Date): Promise<void> {
    const proposal = await this.deployments.ofRun(runId);
    if (proposal?.status !== 'awaiting_approval') return;
    const decision = { status: 'rejected' as const, by: 'system', reason: 'Its run ended before it.', at };
    await this.deployments.decide(proposal.id, 'awaiting_approval', decision);
  }

  /** The job's id differs from the one being worked on, which would swallow it. What is lost, `recover-runs` finds. */
  private async deliver(runId: string, attempt: number, delaySeconds: number): Promise<void> {
    const options = { jobId: `${runId}-after-${attempt}`, delaySeconds };
    await this.queue.enqueue('retrain', { runId }, options).catch(() => undefined);
  }
}

const aboutOf = ({ run }: Attempt) => ({ model: run.model, runId: run.id, actor: 'system', asOf: run.asOf });
