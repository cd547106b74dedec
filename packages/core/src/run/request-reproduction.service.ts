import { EventLog } from '../event/event-log.port.js';
import { JobQueue } from '../job/job-queue.port.js';
import { conflict, notFound } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import { outputIfAny } from './outputs.js';
import { TrainingRuns } from './training-runs.port.js';

/** Asks a trainer to do the fits of a past run again; what comes of it is told by the event `run.reproduced`. */
@Service()
export class RequestReproductionService {
  constructor(
    private readonly runs: TrainingRuns,
    private readonly events: EventLog,
    private readonly queue: JobQueue,
  ) {}

  /**
   * Answers the place in the event log behind which the result will be. Asking again while one is on the way starts no
   * other. Rejects with `unknown_run`, and with `nothing_fitted` for a run that made no candidate.
   */
  async execute(runId: string, actor: string): Promise<{ readonly afterSeq: number }> {
    const run = await this.runs.find(runId);
    if (!run) throw notFound('unknown_run', `There is no run ${runId}.`);
    if (!outputIfAny(run, 'train')) {
      throw conflict(
        'nothing_fitted',
        `Run ${runId} (${run.status}) made no candidate: there is nothing to reproduce.`,
      );
    }
    const afterSeq = (await this.events.before(undefined, 1))[0]?.seq ?? 0;
    await this.queue.enqueue('reproduce', { runId, actor }, { jobId: `${runId}-reproduce` });
    return { afterSeq };
  }
}
