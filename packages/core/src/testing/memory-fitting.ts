import type { PluginRegistry } from '../plugin/registry.js';
import { Fitting, type FittingJob } from '../run/fitting.port.js';
import type { FittedModel } from '../run/trainer-definition.js';

/** Fits in this process with the registered trainers, the way a child process would. */
export class MemoryFitting extends Fitting {
  /** Jobs that were asked for, in order. */
  readonly jobs: FittingJob[] = [];
  /** Runs before each fit; a test makes it fail, wait, or do something meanwhile. */
  before: (job: FittingJob) => Promise<void> = () => Promise.resolve();

  constructor(private readonly plugins: PluginRegistry) {
    super();
  }

  async fit(job: FittingJob): Promise<FittedModel> {
    this.jobs.push(job);
    await this.before(job);
    job.signal.throwIfAborted();
    const trainer = this.plugins.trainers.get(job.recipe.use);
    const options = trainer.parseOptions(job.recipe.with);
    return trainer.fit({ ...job, options, onProgress: (fraction) => job.onProgress?.(fraction) });
  }
}
