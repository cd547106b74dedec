import type { Circuit } from '../circuit/circuit.js';
import { CircuitBreaker } from '../circuit/circuit-breaker.service.js';
import { ConfigStore } from '../config/config-store.port.js';
import type { RetrainingConfig } from '../config/retraining-config.js';
import { JobQueue } from '../job/job-queue.port.js';
import { evaluationScheduleOf } from '../job/schedules.js';
import type { AliasMove, Model } from '../model/models.port.js';
import { Models } from '../model/models.port.js';
import type { TrainingRun } from '../run/training-run.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Clock } from '../shared/clock.port.js';
import { notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import type { FittingProgress } from '../piece/progress.js';
import { Overview, type ModelFigures } from './overview.port.js';
import { RunProgressService } from './run-progress.service.js';

const DAY_MS = 86_400_000;

/** Where the retraining of a model stands. */
export interface RetrainingStatus {
  readonly model: Model;
  readonly config: RetrainingConfig;
  readonly figures: ModelFigures;
  /** On the wall clock, with fractions; undefined when nothing was ever retrained. */
  readonly daysSinceLastRetraining?: number;
  /** The queued or running run. */
  readonly currentRun?: TrainingRun;
  /** How the fits of the current run are getting on, while it fits. */
  readonly progress?: FittingProgress;
  /** The newest run that waits for a person. */
  readonly pendingApproval?: TrainingRun;
  /** The move that made the champion what it is. */
  readonly champion?: AliasMove;
  readonly circuit: Circuit;
  /** Undefined while the checks are stopped. */
  readonly nextCheckAt?: Date;
}

/** Answers where the retraining of a model stands, straight from the rows. */
@Service()
export class RetrainingStatusService {
  constructor(
    private readonly models: Models,
    private readonly runs: TrainingRuns,
    private readonly breaker: CircuitBreaker,
    private readonly overview: Overview,
    private readonly progress: RunProgressService,
    private readonly config: ConfigStore,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
  ) {}

  /** Rejects with `unknown_model`. */
  async execute(name: string): Promise<RetrainingStatus> {
    const model = await this.models.find(name);
    if (!model) throw notFound('unknown_model', `There is no model "${name}".`);
    const now = this.clock.now();
    const [figures, currentRun, [pendingApproval], champion, circuit] = await Promise.all([
      this.overview.figures(name),
      this.runs.active(name),
      this.runs.awaitingApproval(name),
      this.models.aliasAt(name, 'champion', now, 'wall_clock'),
      this.breaker.of(name),
    ]);
    const last = figures.lastRetrainingAt;
    return {
      model,
      config: this.config.forModel(name),
      figures,
      daysSinceLastRetraining: last && Math.max(0, (now.getTime() - last.getTime()) / DAY_MS),
      currentRun,
      progress: currentRun && (await this.progress.execute(currentRun)),
      pendingApproval,
      champion,
      circuit,
      nextCheckAt: model.monitoring ? await this.nextCheck(name) : undefined,
    };
  }

  /** The queue only delivers: when it is away, the status is told without the time of the next check. */
  private async nextCheck(model: string): Promise<Date | undefined> {
    return this.queue.nextAt(evaluationScheduleOf(model), 'evaluate-triggers').catch(() => undefined);
  }
}
