import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnApplicationShutdown,
} from '@nestjs/common';
import {
  ChampionHolder,
  ConfigStore,
  LiveState,
  messageOf,
  RolloutHolder,
  ScoreCounterparts,
  Signals,
} from '@retrain/core';
import { ModelNames } from '../model/model-names.js';

const POLL_MS = 2_000;
/** How long an answer waits for what it has told to be learned. */
const LEARN_MS = 2_000;

/** Keeps champions, challengers and states in memory up to date: at once on a signal, and by a poll, because signals may be lost. */
@Injectable()
export class KeepFresh implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger('serving');
  private readonly told = new Map<string, string>();
  private readonly stops: (() => void)[] = [];
  private polling = false;

  constructor(
    private readonly names: ModelNames,
    private readonly champions: ChampionHolder,
    private readonly rollouts: RolloutHolder,
    private readonly counterparts: ScoreCounterparts,
    private readonly states: LiveState,
    private readonly signals: Signals,
    private readonly config: ConfigStore,
  ) {}

  onApplicationBootstrap(): void {
    const timer = setInterval(() => void this.poll(), POLL_MS);
    this.stops.push(
      () => clearInterval(timer),
      this.config.onChange(() => void this.poll()),
      this.signals.listen((signal) => {
        if (signal.kind === 'champion_moved') void this.refreshChampion(signal.model);
        if (signal.kind === 'rollout_changed') void this.refreshRollout(signal.model);
        if (signal.kind === 'records_added') void this.refreshState(signal.model);
      }),
    );
    void this.poll();
  }

  onModuleDestroy(): void {
    for (const stop of this.stops) stop();
  }

  /** After the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    await this.counterparts.close();
    await this.rollouts.release();
    await this.champions.release();
  }

  /** Resolves when the model has learned what was recorded, or after two seconds: a rebuild goes on behind the answer. */
  async learned(model: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, LEARN_MS)));
    await Promise.race([this.refreshState(model), patience]).finally(() => clearTimeout(timer));
  }

  private async poll(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    try {
      const refreshed = this.names.all().flatMap((model) => {
        return [this.refreshChampion(model), this.refreshRollout(model), this.refreshState(model)];
      });
      await Promise.all(refreshed);
    } finally {
      this.polling = false;
    }
  }

  private async refreshChampion(model: string): Promise<void> {
    const before = this.champions.status(model).version;
    await this.attempt(`champion of ${model}`, async () => {
      await this.champions.refresh(model);
      const { unreadable } = this.champions.status(model);
      if (unreadable) throw new Error(`version ${unreadable.version} is unreadable: ${unreadable.message}`);
    });
    const { version } = this.champions.status(model);
    if (version !== before)
      this.logger.log(`${model}: version ${version} answers${before ? `, before ${before}` : ''}`);
  }

  private refreshRollout(model: string): Promise<void> {
    return this.attempt(`rollout of ${model}`, async () => {
      await this.rollouts.refresh(model);
      const unreadable = this.rollouts.current(model)?.challenger.unreadable;
      if (unreadable) throw new Error(`version ${unreadable.version} is unreadable: ${unreadable.message}`);
    });
  }

  private refreshState(model: string): Promise<void> {
    return this.attempt(`state of ${model}`, () => this.states.refresh(model));
  }

  /** Tells each failure once, and when it is over. */
  private async attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.told.delete(what)) this.logger.log(`The ${what} is up to date again.`);
    } catch (error) {
      const message = messageOf(error);
      if (this.told.get(what) === message) return;
      this.told.set(what, message);
      this.logger.warn(`The ${what} could not be refreshed: ${message}`);
    }
  }
}
