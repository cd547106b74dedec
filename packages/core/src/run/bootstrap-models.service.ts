import { ConfigStore } from '../config/config-store.port.js';
import { EventLog } from '../event/event-log.port.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { Clock } from '../shared/clock.port.js';
import { Service } from '../shared/service.js';
import { RequestRetrainingService } from './request-retraining.service.js';
import type { TrainingRun } from './training-run.js';
import { TrainingRuns } from './training-runs.port.js';

/** The trigger of a model's first training. */
export const initialTraining = 'initial_training';

const MINUTE_MS = 60_000;
const LONGEST_WAIT_MS = 24 * 60 * MINUTE_MS;
const REMEMBERED = 20;

/** Registers the models of the configuration and asks for the first training of each that has no champion. */
@Service()
export class BootstrapModelsService {
  constructor(
    private readonly models: Models,
    private readonly runs: TrainingRuns,
    private readonly events: EventLog,
    private readonly config: ConfigStore,
    private readonly plugins: PluginRegistry,
    private readonly retraining: RequestRetrainingService,
    private readonly clock: Clock,
  ) {}

  /** Answers the runs it has requested. Free to be called at any time by any number of processes. */
  async execute(): Promise<readonly TrainingRun[]> {
    const requested: TrainingRun[] = [];
    const known = new Set((await this.models.list()).map(({ name }) => name));
    const served = new Set((await this.models.aliases('champion')).map(({ model }) => model));
    for (const [model, { definition }] of Object.entries(this.config.current().config.models)) {
      if (!this.plugins.models.has(definition)) continue;
      if (!known.has(model)) await this.register(model, definition);
      if (served.has(model)) continue;
      const answer = (await this.mayTry(model)) ? await this.request(model) : undefined;
      if (answer?.kind === 'requested') requested.push(answer.run);
    }
    return requested;
  }

  private async register(model: string, definition: string): Promise<void> {
    await this.models.ensure(model, definition);
    await this.events.append({ type: 'model.registered', model, actor: 'system', payload: { definition } });
  }

  private request(model: string) {
    const { training_data_until: until } = this.config.forModel(model);
    const asOf = until === undefined ? undefined : new Date(until);
    return this.retraining.execute({
      model,
      triggers: [initialTraining],
      reason: 'The model has no champion yet.',
      forced: true,
      // The first champion belongs to the day its data ends, so that a replay of later days finds it aged rightly.
      asOf: asOf && asOf < this.clock.now() ? asOf : undefined,
      actor: 'system',
    });
  }

  /** Failed and rejected first trainings are tried again after 1, 4, 16 … minutes, at least once a day. */
  private async mayTry(model: string): Promise<boolean> {
    const { items } = await this.runs.list(model, { limit: REMEMBERED });
    const [last] = items;
    if (!last) return true;
    if (last.status === 'queued' || last.status === 'running' || last.status === 'awaiting_approval') return false;
    const wait = Math.min(LONGEST_WAIT_MS, MINUTE_MS * 4 ** (items.length - 1));
    return this.clock.now().getTime() - (last.finishedAt ?? last.requestedAt).getTime() >= wait;
  }
}
