import {
  builtinPlugin,
  decodeDataset,
  driftedWorld,
  play,
  PluginRegistry,
  type Course,
  type Fault,
  type KnownChange,
  type ModelDefinition,
  type Played,
  type Plugin,
  type Policy,
  type RetrainingConfig,
} from '@retrain/core';
import { mlPlugin, OnnxScorerLoader } from '@retrain/ml';
import { MemoisingFitting } from './memoising-fitting.js';

/** What all policies of a back-test share; plain values, so that it can be sent to another process. */
export interface Stage {
  readonly model: string;
  readonly definition: Pick<ModelDefinition, 'name' | 'task' | 'schema'>;
  /** An encoded dataset: features are folded once, wherever the policies are played. */
  readonly snapshot: Uint8Array;
  readonly rounds: Course['rounds'];
  readonly faults: readonly Fault[];
  readonly known: readonly KnownChange[];
  readonly swapped?: Float32Array;
  /** Modules with plug-ins. */
  readonly modules: readonly string[];
}

/** One policy to be played. */
export interface Task {
  /** What it is called in tables. */
  readonly name: string;
  readonly policy: Policy;
  readonly config: RetrainingConfig;
}

/** Plays tasks on one stage; fits are shared between them. */
export class Theatre {
  private readonly course: Course;
  private readonly fitting: MemoisingFitting;
  private readonly loader = new OnnxScorerLoader();

  private constructor(
    private readonly stage: Stage,
    private readonly plugins: PluginRegistry,
  ) {
    const dataset = driftedWorld(decodeDataset(stage.snapshot), stage.faults);
    this.course = { dataset, rounds: stage.rounds };
    this.fitting = new MemoisingFitting(plugins.trainers);
  }

  /** Rejects when a plug-in cannot be imported. */
  static async open(stage: Stage): Promise<Theatre> {
    const plugins: Plugin[] = [builtinPlugin, mlPlugin];
    for (const module of stage.modules) plugins.push(((await import(module)) as { plugin: Plugin }).plugin);
    return new Theatre(stage, new PluginRegistry(plugins));
  }

  /** @param onRound is told after each round. */
  play({ policy, config }: Task, onRound: () => void, signal: AbortSignal): Promise<Played> {
    const { course, plugins, fitting, loader } = this;
    return play({ ...this.stage, course, policy, config, plugins, fitting, loader, onRound, signal });
  }
}
