import { ConfigStore } from '../config/config-store.port.js';
import { Models } from '../model/models.port.js';
import { Service } from '../shared/service.js';
import { TriggerContexts } from './trigger-context.service.js';

/** Keeps the pictures of what champions answer up to date between the checks, of every configured model that is watched. */
@Service()
export class ReadAnswersService {
  constructor(
    private readonly models: Models,
    private readonly config: ConfigStore,
    private readonly contexts: TriggerContexts,
  ) {}

  /** Stops between two models when the signal aborts; one that cannot be read does not hold up the others, and is told last. */
  async execute(signal: AbortSignal): Promise<void> {
    const configured = this.config.current().config.models;
    const failures: unknown[] = [];
    for (const model of await this.models.list()) {
      if (signal.aborted) return;
      if (!model.monitoring || !Object.hasOwn(configured, model.name)) continue;
      await this.contexts.readAhead(model).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
