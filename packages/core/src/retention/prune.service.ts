import { ConfigStore } from '../config/config-store.port.js';
import { Models } from '../model/models.port.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { Pruning } from './pruning.port.js';
import { RetireVersionsService } from './retire-versions.service.js';
import { SweepArtifactsService, type Swept } from './sweep-artifacts.service.js';

const DAY_MS = 86_400_000;
const batch = 2_000;

/** How many were deleted. */
export interface Pruned {
  readonly predictions: number;
  readonly evaluations: number;
  readonly pieces: number;
  readonly versions: number;
  readonly artifacts: Swept;
}

/**
 * Deletes predictions, checks, fits and versions that are older than the configuration keeps them, of every configured model, and then
 * what nothing in the artifact store is needed for any more.
 *
 * The rows of runs, versions, deployments and events stay for good: they say who answered when, and why.
 */
@Service()
export class PruneService {
  constructor(
    private readonly pruning: Pruning,
    private readonly models: Models,
    private readonly retiring: RetireVersionsService,
    private readonly sweeping: SweepArtifactsService,
    private readonly config: ConfigStore,
    private readonly clock: Clock,
  ) {}

  /** Stops between two batches when the signal aborts. */
  async execute(signal: AbortSignal): Promise<Pruned> {
    const pruned = { predictions: 0, evaluations: 0, pieces: 0, versions: 0 };
    const configured = this.config.current().config.models;
    for (const { name } of await this.models.list()) {
      if (!Object.hasOwn(configured, name)) continue;
      const { predictions_days, trigger_evaluations_days, fits_days, versions } = this.config.forModel(name).retention;
      const [old, older] = [this.daysAgo(predictions_days), this.daysAgo(trigger_evaluations_days)];
      pruned.predictions += await all((limit) => this.pruning.predictions(name, old, limit), signal);
      pruned.evaluations += await all((limit) => this.pruning.evaluations(name, older, limit), signal);
      const fits = this.daysAgo(fits_days);
      pruned.pieces += await all((limit) => this.pruning.pieces(name, fits, limit), signal);
      pruned.versions += await this.retiring.execute(name, versions, signal);
    }
    return { ...pruned, artifacts: await this.sweeping.execute(signal) };
  }

  private daysAgo(days: number): Date {
    return new Date(this.clock.now().getTime() - days * DAY_MS);
  }
}

async function all(deleteSome: (limit: number) => Promise<number>, signal: AbortSignal): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const deleted = await deleteSome(batch);
    total += deleted;
    if (deleted < batch) break;
  }
  return total;
}
