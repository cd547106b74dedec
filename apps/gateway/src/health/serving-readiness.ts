import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ChampionHolder, LiveState } from '@retrain/core';
import { ReadinessChecks } from '@retrain/infra';
import { ModelNames } from '../model/model-names.js';

/** Whether and how one model answers. */
export interface ModelReadiness {
  readonly ready: boolean;
  readonly version: number | null;
  /** The champion before, in memory while its successor is on probation. */
  readonly standby: number | null;
  /** What is wrong, also while an older champion or state still answers. */
  readonly problems: readonly string[];
}

/**
 * Adds the models to the readiness of the process: the default model answers, and no other model that has a champion
 * fails to.
 */
@Injectable()
export class ServingReadiness implements OnModuleInit {
  constructor(
    private readonly checks: ReadinessChecks,
    private readonly champions: ChampionHolder,
    private readonly states: LiveState,
    private readonly names: ModelNames,
  ) {}

  onModuleInit(): void {
    this.checks.add({ name: 'models', check: async () => this.refuseSilentModels() });
  }

  of(name: string): ModelReadiness {
    const champion = this.champions.status(name);
    const state = this.states.status(name);
    const problems: string[] = [];
    if (champion.unreadable) {
      const { version, message } = champion.unreadable;
      problems.push(`Version ${version} is unreadable: ${message}`);
    }
    if (champion.tampered !== undefined) problems.push(`Rows of the registry were edited: ${champion.tampered}`);
    if (state.problem !== undefined) problems.push(`Its state is not up to date: ${state.problem}`);
    const ready = champion.version !== undefined && state.records !== undefined;
    if (champion.version !== undefined && state.records === undefined && problems.length === 0) {
      problems.push('Its history is still being read.');
    }
    return { ready, version: champion.version ?? null, standby: champion.standby ?? null, problems };
  }

  /** By name, the default model first. */
  all(): Readonly<Record<string, ModelReadiness>> {
    return Object.fromEntries(this.names.all().map((name) => [name, this.of(name)]));
  }

  private refuseSilentModels(): void {
    const silent = Object.entries(this.all()).filter(([, { ready, problems }], index) => {
      return !ready && (index === 0 || problems.length > 0);
    });
    if (silent.length === 0) return;
    const told = silent.map(([name, { problems }]) => `"${name}": ${problems.join(' ') || 'no champion yet.'}`);
    throw new Error(`No answers from ${told.join(' ')}`);
  }
}
