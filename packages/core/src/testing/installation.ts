import { Circuits } from '../circuit/circuits.port.js';
import { ConfigStore } from '../config/config-store.port.js';
import type { InstallationConfig } from '../config/retraining-config.js';
import { Records } from '../dataset/records.port.js';
import { RowReader } from '../dataset/row-reader.port.js';
import { ChampionFiles } from '../deployment/champion-files.port.js';
import { Deployments } from '../deployment/deployments.port.js';
import { DriftWatches } from '../drift/drift-watches.port.js';
import { EventLog } from '../event/event-log.port.js';
import { Signals } from '../event/signals.port.js';
import { JobQueue } from '../job/job-queue.port.js';
import { Models } from '../model/models.port.js';
import { builtinPlugin } from '../plugin/builtin.js';
import { PluginRegistry } from '../plugin/registry.js';
import { ArtifactReferences } from '../retention/artifact-references.port.js';
import { Predictions } from '../prediction/predictions.port.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { TrainingPieces } from '../piece/training-pieces.port.js';
import { Fitting } from '../run/fitting.port.js';
import { ReportFiles } from '../run/report-files.port.js';
import { RunTiming } from '../run/run-timing.js';
import { TrainingRuns } from '../run/training-runs.port.js';
import { Probations } from '../probation/probations.port.js';
import { Quarantines } from '../quarantine/quarantines.port.js';
import { ScorerLoader } from '../serving/scorer.port.js';
import { Clock } from '../shared/clock.port.js';
import { Ids } from '../shared/ids.port.js';
import { UnitOfWork } from '../shared/unit-of-work.port.js';
import { ArtifactStore } from '../storage/artifact-store.port.js';
import { TriggerEvaluations } from '../trigger/trigger-evaluations.port.js';
import { coinModel } from './coin-model.js';
import { constructor, type Token } from './construct.js';
import type { FakeClock } from './fake-clock.js';
import { inMemory } from './in-memory.js';
import { MemoryFitting } from './memory-fitting.js';
import { MemoryReportFiles } from './memory-report-files.js';
import { MemoryRowReader } from './memory-row-reader.js';
import { MemoryScorerLoader } from './memory-scorer-loader.js';
import type { Mortal } from './mortal.js';
import { tinySoftmax } from './tiny-softmax.js';

export interface InstallationOptions {
  readonly config?: Partial<InstallationConfig>;
  readonly now?: Date | string;
  /** Other adapters of the rows than those in memory, made for the installation's clock. */
  readonly rows?: (clock: FakeClock) => Partial<Rows>;
}

/** The ports whose adapters keep rows. */
export interface Rows {
  readonly unitOfWork: UnitOfWork;
  readonly events: EventLog;
  readonly models: Models;
  readonly predictions: Predictions;
  readonly records: Records;
  readonly runs: TrainingRuns;
  readonly pieces: TrainingPieces;
  readonly evaluations: TriggerEvaluations;
  readonly watches: DriftWatches;
  readonly circuits: Circuits;
  readonly probations: Probations;
  readonly quarantines: Quarantines;
  readonly deployments: Deployments;
  readonly rollouts: Rollouts;
  readonly references: ArtifactReferences;
  readonly signals: Signals;
}

/** The product in memory: the model `coin`, the built-in triggers and gates, a small real trainer, every service. */
export function installation({ config, now = '2024-01-01T00:00:00Z', rows }: InstallationOptions = {}) {
  const trainers = [{ use: 'tiny_softmax', with: {} }];
  const memory = inMemory({ config: { trainers, ...config }, now });
  const adapters: Omit<typeof memory, keyof Rows> & Rows = { ...memory, ...rows?.(memory.clock) };
  const plugins = new PluginRegistry([
    builtinPlugin,
    { name: 'testing', models: [coinModel], trainers: [tinySoftmax] },
  ]);
  const fitting = new MemoryFitting(plugins);
  const loader = new MemoryScorerLoader();
  const reader = new MemoryRowReader();
  const reports = new MemoryReportFiles();
  const timing = Object.assign(new RunTiming(), { heartbeatMs: 10, ...eager });
  const bound = (adapters: Omit<typeof memory, keyof Rows> & Rows): readonly (readonly [Token<unknown>, unknown])[] => [
    [Clock, adapters.clock],
    [Ids, adapters.ids],
    [UnitOfWork, adapters.unitOfWork],
    [EventLog, adapters.events],
    [Models, adapters.models],
    [Predictions, adapters.predictions],
    [Records, adapters.records],
    [TrainingRuns, adapters.runs],
    [TrainingPieces, adapters.pieces],
    [TriggerEvaluations, adapters.evaluations],
    [DriftWatches, adapters.watches],
    [Circuits, adapters.circuits],
    [Probations, adapters.probations],
    [Quarantines, adapters.quarantines],
    [Deployments, adapters.deployments],
    [Rollouts, adapters.rollouts],
    [ArtifactReferences, adapters.references],
    [Signals, adapters.signals],
    [ChampionFiles, adapters.championFiles],
    [ArtifactStore, adapters.artifacts],
    [JobQueue, adapters.jobs],
    [ConfigStore, adapters.config],
    [PluginRegistry, plugins],
    [Fitting, fitting],
    [ScorerLoader, loader],
    [RowReader, reader],
    [ReportFiles, reports],
    [RunTiming, timing],
  ];
  const given = bound(adapters);
  /** Services of one process; every call is another process on the same database, maybe with parts of its own. */
  const process = (
    own: Partial<Rows & { readonly clock: FakeClock; readonly plugins: PluginRegistry }> = {},
    other?: Partial<RunTiming>,
  ) =>
    constructor(
      new Map([
        ...bound({ ...adapters, ...own }),
        [PluginRegistry, own.plugins ?? plugins],
        [RunTiming, other ? Object.assign(new RunTiming(), timing, other) : timing],
      ]),
    );
  /** A process that is killed at its n-th call to the outside. It has no heartbeat of its own, so that calls can be counted. */
  const mortalProcess = (mortal: Mortal) => {
    const timing: [Token<unknown>, unknown] = [
      RunTiming,
      Object.assign(new RunTiming(), { ...eager, heartbeatMs: 1e9, lookMs: 1_000 }),
    ];
    return constructor(mortal.adapters(new Map([...given, timing]), immortal));
  };
  return { ...adapters, plugins, fitting, loader, reader, reports, timing, process, mortalProcess, get: process() };
}

/** Nothing delivers jobs by itself here: a run's own process does not wait for others. */
const eager = { lookMs: 5, patience: 0 };

const immortal: ReadonlySet<Token<unknown>> = new Set<Token<unknown>>([
  Clock,
  Ids,
  ConfigStore,
  PluginRegistry,
  RunTiming,
]);

export type Installation = ReturnType<typeof installation>;
