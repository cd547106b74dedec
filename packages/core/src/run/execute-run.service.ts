import { ConfigStore } from '../config/config-store.port.js';
import { DeployCandidate } from '../deployment/deploy-candidate.service.js';
import { EventLog } from '../event/event-log.port.js';
import { ValidateCandidate } from '../gate/validate-candidate.service.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { DomainError, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { AttemptLost, type Attempt } from './attempt.js';
import { BackupChampion } from './backup-champion.service.js';
import { ClaimRunService } from './claim-run.service.js';
import { ConcludeRun } from './conclude-run.service.js';
import { DeliverNext } from './deliver-next.service.js';
import { PrepareData } from './prepare-data.service.js';
import { ReportRun } from './report-run.service.js';
import { RunTiming } from './run-timing.js';
import { SettleAttemptService } from './settle-attempt.service.js';
import type { RunStep, StageContext } from './stage.js';
import { TrainCandidate } from './train-candidate.service.js';
import { TrainingRuns } from './training-runs.port.js';

/** Carries a delivered run through its stages, from wherever an earlier attempt left it. */
@Service()
export class ExecuteRunService {
  private readonly steps: readonly RunStep[];

  constructor(
    private readonly claims: ClaimRunService,
    private readonly settling: SettleAttemptService,
    private readonly concluding: ConcludeRun,
    private readonly delivering: DeliverNext,
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: TrainingRuns,
    private readonly models: Models,
    private readonly events: EventLog,
    private readonly config: ConfigStore,
    private readonly plugins: PluginRegistry,
    private readonly timing: RunTiming,
    backup: BackupChampion,
    prepare: PrepareData,
    train: TrainCandidate,
    validate: ValidateCandidate,
    deploy: DeployCandidate,
    report: ReportRun,
  ) {
    this.steps = [backup, prepare, train, validate, deploy, report];
  }

  /**
   * Then tells whose turn it is now. Resolves once the run is ended, parked, handed back or found to be somebody else's; rejects only when not even that
   * could be written (the lease then runs out and `recover-runs` delivers the run again).
   * @param signal aborts when the process shuts down: the run goes back to the queue at once.
   */
  async execute(runId: string, signal: AbortSignal): Promise<void> {
    const attempt = await this.claims.execute(runId);
    if (!attempt) return;
    attempt.start(signal);
    try {
      await this.work(attempt);
    } catch (error) {
      await this.settling.execute(attempt, error);
    } finally {
      attempt.stop();
      // What is lost here, `recover-runs` delivers.
      await this.delivering.execute(`after-${attempt.token}`).catch(() => undefined);
    }
  }

  private async work(attempt: Attempt): Promise<void> {
    if (attempt.run.attempt > this.timing.deliveries) throw tooManyDeliveries(attempt.run.attempt - 1);
    const model = await this.models.find(attempt.run.model);
    if (!model) throw notFound('unknown_model', `There is no model "${attempt.run.model}".`);
    const definition = this.plugins.models.get(model.definition);
    for (const step of this.steps) {
      if (attempt.run.outputs[step.stage]) continue;
      const config = this.config.forModel(model.name);
      await this.take(step, attempt, { definition, config });
    }
    attempt.signal.throwIfAborted();
    await this.concluding.execute(attempt);
  }

  private async take(
    step: RunStep,
    attempt: Attempt,
    given: Pick<StageContext, 'definition' | 'config'>,
  ): Promise<void> {
    const { token, signal } = attempt;
    const { stage } = step;
    signal.throwIfAborted();
    attempt.progress = 0;
    if (!(await this.runs.beginStage(attempt.run.id, token, stage))) throw new AttemptLost();
    attempt.run = { ...attempt.run, stage };
    const commit = await step.execute({
      ...given,
      run: attempt.run,
      signal,
      progress: (fraction) => void (attempt.progress = Math.min(1, Math.max(0, fraction))),
      fenced: (work) => this.fenced(attempt, step, work),
    });
    signal.throwIfAborted();
    await this.complete(step, attempt, commit);
  }

  /** Output, event and whatever the stage itself writes are one change; it is undone when the attempt was lost. */
  private async complete(
    step: RunStep,
    attempt: Attempt,
    commit: Awaited<ReturnType<RunStep['execute']>>,
  ): Promise<void> {
    const { run, token } = attempt;
    const { stage } = step;
    const output = await this.fenced(attempt, step, async () => {
      const { output, summary } = await commit();
      if (!(await this.runs.completeStage(run.id, token, stage, output))) throw new AttemptLost();
      const about = { model: run.model, runId: run.id, actor: 'system', asOf: run.asOf };
      await this.events.append({ ...about, type: 'run.stage_completed', payload: { stage, summary } });
      return output;
    });
    attempt.run = { ...run, outputs: { ...run.outputs, [stage]: output } };
  }

  /** The run's row is locked first: whoever lost it or is to stop does so here, whoever wants it waits. */
  private fenced<T>(attempt: Attempt, { stage }: RunStep, work: () => Promise<T>): Promise<T> {
    const { run, token } = attempt;
    return this.unitOfWork.transaction(async () => {
      if (!(await this.runs.beginStage(run.id, token, stage))) throw new AttemptLost();
      await attempt.throwIfCancelled();
      return work();
    });
  }
}

function tooManyDeliveries(deliveries: number): DomainError {
  const told = `The run was started ${deliveries} times and never came to an end: it is likely to end its trainer each time.`;
  return new DomainError('unprocessable', 'too_many_deliveries', `${told} Look at the trainer's memory and log.`);
}
