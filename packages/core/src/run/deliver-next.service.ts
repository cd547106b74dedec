import { ConfigStore } from '../config/config-store.port.js';
import { JobQueue } from '../job/job-queue.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { TrainingRuns } from './training-runs.port.js';

/** Tells the trainers whose turn it is: the oldest requests over all models, as many as `max_concurrent_retraining` leaves room for. */
@Service()
export class DeliverNext {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly config: ConfigStore,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
  ) {}

  /**
   * The ids of the runs that were delivered.
   * @param cause what has made room, once in the life of a run; several deliveries for one cause are one.
   */
  async execute(cause?: string): Promise<readonly string[]> {
    const { max_concurrent_retraining } = this.config.current().config;
    const runs = await this.runs.inTurn(this.clock.now(), max_concurrent_retraining);
    for (const { id } of runs) {
      await this.queue.enqueue('retrain', { runId: id }, { jobId: cause === undefined ? id : `${id}-${cause}` });
    }
    return runs.map(({ id }) => id);
  }
}
