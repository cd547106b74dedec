import { ConfigStore } from '../config/config-store.port.js';
import { JobQueue } from '../job/job-queue.port.js';
import { evaluationScheduleOf } from '../job/schedules.js';
import { Service } from '../shared/service.js';
import { Models } from './models.port.js';

/**
 * Makes the queue's schedules of checks what the rows and the configuration say: one per monitored model, at the
 * model's interval, none for the others. Any number of processes may do it at any time.
 */
@Service()
export class AlignSchedulesService {
  constructor(
    private readonly models: Models,
    private readonly jobs: JobQueue,
    private readonly config: ConfigStore,
  ) {}

  async execute(): Promise<void> {
    const { models: configured } = this.config.current().config;
    for (const { name, monitoring } of await this.models.list()) {
      const schedule = evaluationScheduleOf(name);
      if (monitoring && Object.hasOwn(configured, name)) {
        const seconds = this.config.forModel(name).check_interval_minutes * 60;
        await this.jobs.schedule(schedule, 'evaluate-triggers', { model: name }, seconds);
      } else {
        await this.jobs.unschedule(schedule, 'evaluate-triggers');
      }
    }
  }
}
