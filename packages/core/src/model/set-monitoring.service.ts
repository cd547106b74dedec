import { EventLog } from '../event/event-log.port.js';
import { DomainError, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { AlignSchedulesService } from './align-schedules.service.js';
import { Models } from './models.port.js';

/** Starts or stops the scheduled checks of a model; survives restarts, and asking again changes nothing. */
@Service()
export class SetMonitoringService {
  constructor(
    private readonly models: Models,
    private readonly log: EventLog,
    private readonly unitOfWork: UnitOfWork,
    private readonly schedules: AlignSchedulesService,
  ) {}

  /** Answers whether it changed anything. Rejects with `unknown_model`. */
  async execute(request: { model: string; monitoring: boolean; actor: string }): Promise<boolean> {
    const { model, monitoring, actor } = request;
    if (!(await this.models.find(model))) throw notFound('unknown_model', `There is no model "${model}".`);
    const changed = await this.unitOfWork.transaction(async () => {
      const moved = await this.models.setMonitoring(model, monitoring);
      const type = monitoring ? 'monitoring.started' : 'monitoring.stopped';
      if (moved) await this.log.append({ type, payload: {}, model, actor });
      return moved;
    });
    // The row decides; a queue that is away now is brought into line by the monitor.
    await this.schedules.execute().catch((error: unknown) => {
      if (!(error instanceof DomainError && error.retryable)) throw error;
    });
    return changed;
  }
}
