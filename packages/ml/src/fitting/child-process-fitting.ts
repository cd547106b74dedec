import {
  Fitting,
  invalid,
  messageOf,
  type FittedModel,
  type FittingJob,
  type Registry,
  type TrainerDefinition,
} from '@retrain/core';
import { failed, FittingAttempt } from './fitting-attempt.js';
import { fittingEnvironment } from './fitting-environment.js';
import type { FittingProcess } from './fitting-process.js';
import { FittingProcesses } from './fitting-processes.js';
import { loadTrainers } from './load-trainers.js';

export interface ChildProcessFittingOptions {
  /** Plug-in modules whose trainers are available too: file URLs, absolute paths or package names; each exports `plugin`. */
  readonly modules?: readonly string[];
  /** How long a process waits for its next fit before it ends, in seconds (default 5). */
  readonly keepSeconds?: number;
}

/** Longer than the pauses between the fits of a run, too short for a quiet trainer to hold memory. */
const KEEP_SECONDS = 5;

/**
 * Fits every recipe in a child process.
 *
 * The process gets the dataset in binary over its IPC channel and a low priority; it ends with its host, on abort, time-out
 * or too much memory (`limits.memoryMb` counts all of it: about 70 MB are the runtime's). After a fit of a `stateless`
 * trainer that left nothing behind it waits a moment for the next such fit with the same memory limit, which is spared the
 * start of a process. A used process can only help: what fails in one is done again in a fresh one, whose word counts.
 */
export class ChildProcessFitting extends Fitting {
  private readonly modules: readonly string[];
  private readonly processes: FittingProcesses;
  private loaded?: Promise<Registry<TrainerDefinition>>;

  constructor(options: ChildProcessFittingOptions = {}) {
    super();
    this.modules = options.modules ?? [];
    this.processes = new FittingProcesses((options.keepSeconds ?? KEEP_SECONDS) * 1000);
  }

  override async fit(job: FittingJob): Promise<FittedModel> {
    job.signal.throwIfAborted();
    const { recipe, dataset, seed, lineage, initial, limits } = job;
    this.loaded ??= loadTrainers(this.modules);
    const trainers = await this.loaded.catch((error: unknown) => {
      throw failed(messageOf(error));
    });
    const trainer = trainers.get(recipe.use);
    if (!trainer.tasks.includes(dataset.task.kind)) {
      const message = `Trainer ${trainer.name} does ${trainer.tasks.join(' and ')}, the model needs ${dataset.task.kind}.`;
      throw invalid('invalid_trainer_options', message, [{ path: 'use', message, given: recipe.use }]);
    }
    const options = trainer.parseOptions(recipe.with);
    job.signal.throwIfAborted();
    const order = {
      modules: this.modules,
      trainer: recipe.use,
      options,
      dataset,
      seed,
      lineage,
      ...(initial ? { initial } : {}),
      memoryMb: limits.memoryMb,
    };
    const used = trainer.stateless ? this.processes.takeUsed(limits.memoryMb) : undefined;
    if (used) {
      const attempt = new FittingAttempt(used, order, job);
      try {
        return await this.run(attempt, used);
      } catch (error) {
        if (attempt.givenUp) throw error;
      }
    }
    const fresh = this.processes.start(limits.memoryMb);
    return this.run(new FittingAttempt(fresh, order, job), fresh);
  }

  private async run(attempt: FittingAttempt, process: FittingProcess): Promise<FittedModel> {
    try {
      return await attempt.result();
    } finally {
      if (attempt.ready) this.processes.keep(process);
      else this.processes.release(process);
    }
  }

  override environment(): Readonly<Record<string, string>> {
    return fittingEnvironment(this.modules);
  }
}
