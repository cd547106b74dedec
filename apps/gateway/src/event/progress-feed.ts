import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { messageOf, RunProgressService, TrainingRuns, type TrainingRun } from '@retrain/core';
import { runView } from '../retraining/run-view.js';

/** How often the rows of runs that are under way are read while somebody watches. */
const LOOK_MS = 1_000;

/** How far a run is, as a watcher is told: never part of the log. */
export type RunProgressed = Readonly<Record<'run_id' | 'model', string>> & Readonly<Record<string, unknown>>;

type Listener = (message: RunProgressed) => void;

/**
 * Tells watchers how far runs are. Nobody writes for it: the rows hold what heartbeats leave there, and are read once a second
 * for all watchers of this process together, not at all while there are none. Only changes are told.
 */
@Injectable()
export class ProgressFeed implements OnModuleDestroy {
  private readonly logger = new Logger('progress');
  private readonly listeners = new Set<Listener>();
  private readonly told = new Map<string, { readonly text: string; readonly message: RunProgressed }>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly runs: TrainingRuns,
    private readonly progress: RunProgressService,
  ) {}

  onModuleDestroy(): void {
    this.listeners.clear();
    clearTimeout(this.timer);
  }

  /** Tells at once what is known, then every change. Returns the function that stops it. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    for (const { message } of this.told.values()) listener(message);
    if (this.listeners.size === 1) this.timer = setTimeout(() => void this.look(), 0);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearTimeout(this.timer);
      this.told.clear();
    };
  }

  private async look(): Promise<void> {
    try {
      await this.tell(await this.runs.underWay());
    } catch (error) {
      this.logger.warn(`The progress of runs could not be read: ${messageOf(error)}`);
    }
    if (this.listeners.size === 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), LOOK_MS);
  }

  private async tell(runs: readonly TrainingRun[]): Promise<void> {
    for (const id of this.told.keys()) if (!runs.some((run) => run.id === id)) this.told.delete(id);
    for (const run of runs) {
      const message = messageFor(run, await this.progress.execute(run));
      const text = JSON.stringify(message);
      if (this.told.get(run.id)?.text === text) continue;
      this.told.set(run.id, { text, message });
      for (const listener of this.listeners) listener(message);
    }
  }
}

function messageFor(run: TrainingRun, fitting: Parameters<typeof runView>[1]): RunProgressed {
  const { id: run_id, model, status, stage, progress, eta_seconds, fits, attempt } = runView(run, fitting);
  return { run_id, model, status, stage, progress, eta_seconds, fits, attempt };
}
