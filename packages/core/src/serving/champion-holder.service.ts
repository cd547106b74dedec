import { VersionLoader } from '../deployment/version-loader.service.js';
import { EventLog } from '../event/event-log.port.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { ModelVersion } from '../model/model-version.js';
import { Models } from '../model/models.port.js';
import { PluginRegistry } from '../plugin/registry.js';
import { Clock } from '../shared/clock.port.js';
import { unavailable } from '../shared/errors.js';
import { Service } from '../shared/service.js';
import type { Scorer } from './scorer.port.js';

/** A champion in memory, ready to score. */
export interface LoadedChampion {
  readonly version: ModelVersion;
  readonly definition: ModelDefinition;
  readonly scorer: Scorer;
}

/** A champion of the registry that must not serve, and why. */
export interface UnreadableChampion {
  readonly version: number;
  readonly message: string;
}

/** What stands in memory for one model. */
export interface ChampionStatus {
  /** Version that answers; undefined when nothing is loaded. */
  readonly version?: number;
  /** Set while the registry's champion cannot be loaded; an older one may still answer. */
  readonly unreadable?: UnreadableChampion;
}

interface Lease {
  readonly champion: LoadedChampion;
  /** Requests being scored, plus one for the place in the holder. */
  users: number;
}

interface Failure extends UnreadableChampion {
  readonly tries: number;
  /** Epoch milliseconds before which the version is not tried again. */
  readonly notBefore: number;
}

const MAX_WAIT_MS = 30_000;

/**
 * Keeps the champion of each model in memory and swaps it in place when the alias has moved.
 *
 * A request finishes on the version it began with: the old scorer is released when its last request has ended. A
 * champion whose artifact is missing, corrupt or foreign never replaces the one that answers.
 */
@Service()
export class ChampionHolder {
  private readonly leases = new Map<string, Lease>();
  private readonly failures = new Map<string, Failure>();
  private readonly refreshing = new Map<string, Promise<void>>();

  constructor(
    private readonly models: Models,
    private readonly loader: VersionLoader,
    private readonly plugins: PluginRegistry,
    private readonly events: EventLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Loads the registry's champion if it is not the one in memory. Calls for one model run one after the other.
   * Rejects only when the registry cannot be read; an unreadable champion is kept in `status` and tried again later,
   * less and less often.
   */
  refresh(model: string): Promise<void> {
    const before = this.refreshing.get(model) ?? Promise.resolve();
    const next = before.catch(() => undefined).then(() => this.load(model));
    this.refreshing.set(model, next);
    return next.finally(() => {
      if (this.refreshing.get(model) === next) this.refreshing.delete(model);
    });
  }

  status(model: string): ChampionStatus {
    const failure = this.failures.get(model);
    return {
      version: this.leases.get(model)?.champion.version.version,
      ...(failure ? { unreadable: { version: failure.version, message: failure.message } } : {}),
    };
  }

  /** The loaded champion, for reading facts about it; to score, take it through {@link use}. */
  current(model: string): LoadedChampion | undefined {
    return this.leases.get(model)?.champion;
  }

  /** Runs `work` on the champion, which stays loaded until then. Rejects with `no_champion` when none is loaded. */
  async use<T>(model: string, work: (champion: LoadedChampion) => Promise<T>): Promise<T> {
    const lease = this.leases.get(model);
    if (!lease) {
      const failure = this.failures.get(model);
      throw unavailable(
        'no_champion',
        failure
          ? `Model "${model}" cannot answer: version ${failure.version} is unreadable (${failure.message}) Promote or roll back to another version.`
          : `Model "${model}" has no champion yet: wait for the first training run, or promote a version.`,
      );
    }
    lease.users++;
    try {
      return await work(lease.champion);
    } finally {
      await this.leave(lease);
    }
  }

  /** Lets go of every champion; scorers are freed as their last requests end. */
  async release(): Promise<void> {
    const leases = [...this.leases.values()];
    this.leases.clear();
    await Promise.all(leases.map((lease) => this.leave(lease)));
  }

  private async leave(lease: Lease): Promise<void> {
    lease.users--;
    if (lease.users === 0) await lease.champion.scorer.release();
  }

  private async load(model: string): Promise<void> {
    const alias = await this.models.alias(model, 'champion');
    const held = this.leases.get(model);
    if (!alias || held?.champion.version.version === alias.version) {
      this.failures.delete(model);
      return;
    }
    const failure = this.failures.get(model);
    const now = this.clock.now().getTime();
    if (failure?.version === alias.version && now < failure.notBefore) return;
    const opened = await this.open(model, alias.version);
    if ('problem' in opened) return this.keepFailure(model, alias.version, opened.problem, now);
    this.leases.set(model, { champion: opened, users: 1 });
    this.failures.delete(model);
    if (held) await this.leave(held);
  }

  private async open(model: string, number: number): Promise<LoadedChampion | { readonly problem: string }> {
    const version = await this.models.version(model, number);
    const row = await this.models.find(model);
    if (!version || !row) return { problem: `The registry has no version ${number} of "${model}".` };
    const definition = this.plugins.models.get(row.definition);
    const loaded = await this.loader.tryLoad(version, definition);
    return 'problem' in loaded ? loaded : { version, definition, scorer: loaded.scorer };
  }

  private async keepFailure(model: string, version: number, message: string, now: number): Promise<void> {
    const before = this.failures.get(model);
    const again = before?.version === version;
    const tries = again ? before.tries + 1 : 1;
    const wait = Math.min(MAX_WAIT_MS, 1_000 * 2 ** tries);
    this.failures.set(model, { version, message, tries, notBefore: now + wait });
    if (again) return;
    await this.events.append({ type: 'champion.unreadable', model, actor: 'system', payload: { version, message } });
  }
}
