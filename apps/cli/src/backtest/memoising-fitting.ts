import {
  canonicalJson,
  MeteredFitting,
  sha256,
  type Dataset,
  type FittedModel,
  type FittingCost,
  type FittingJob,
  type PluginRegistry,
} from '@retrain/core';

interface Known {
  readonly fitted: FittedModel;
  readonly seconds: number;
}

/**
 * Fits in this process, and each recipe on the same rows (from the same initial model) only once: policies that meet on a day share the fit, and each of
 * them is charged what it cost.
 */
export class MemoisingFitting extends MeteredFitting {
  private readonly known = new Map<string, Promise<Known>>();
  private cost: FittingCost = { fits: 0, rows: 0, seconds: 0 };

  constructor(
    private readonly trainers: PluginRegistry['trainers'],
    /** Seconds; only differences count. */
    private readonly clock: () => number = processorSeconds,
  ) {
    super();
  }

  spent(): FittingCost {
    return this.cost;
  }

  async fit(job: FittingJob): Promise<FittedModel> {
    job.signal.throwIfAborted();
    const name = canonicalJson([job.recipe, job.seed, placeOf(job.dataset), job.initial ? sha256(job.initial) : null]);
    let fit = this.known.get(name);
    if (!fit) this.known.set(name, (fit = this.timed(job)));
    const { fitted, seconds } = await fit;
    const { fits, rows, seconds: before } = this.cost;
    this.cost = { fits: fits + 1, rows: rows + job.dataset.rows, seconds: before + seconds };
    return fitted;
  }

  private async timed(job: FittingJob): Promise<Known> {
    const trainer = this.trainers.get(job.recipe.use);
    const options = trainer.parseOptions(job.recipe.with);
    const began = this.clock();
    const fitted = await trainer.fit({ ...job, options, onProgress: (fraction) => job.onProgress?.(fraction) });
    return { fitted, seconds: this.clock() - began };
  }
}

/** Processor time, not wall time: what other work there is on the machine costs the policy nothing. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const buffers = new WeakMap<ArrayBufferLike, number>();
let seen = 0;

/** Equal for equal rows of one course: datasets of a course are windows on the same numbers. */
function placeOf({ features, rows }: Dataset): readonly number[] {
  if (!buffers.has(features.buffer)) buffers.set(features.buffer, ++seen);
  return [buffers.get(features.buffer)!, features.byteOffset, rows];
}
