import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import {
  AlignSchedulesService,
  AnswerRows,
  ArmTallies,
  ArtifactReferences,
  ArtifactStore,
  ChampionFiles,
  ChampionHolder,
  Circuits,
  Clock,
  ConfigStore,
  decisionServices,
  Deliveries,
  Deployments,
  DriftWatches,
  EventLog,
  FittingSlots,
  Ids,
  JobQueue,
  LiveState,
  Models,
  NotifyService,
  OpenVersion,
  Overview,
  PerformanceService,
  PluginRegistry,
  Predictions,
  PruneService,
  Pruning,
  RecordOutcomesService,
  Probations,
  Quarantines,
  Records,
  RegisterVersionService,
  ReportFiles,
  RetrainingStatusService,
  RollbackStandby,
  RolloutHolder,
  Rollouts,
  RunProgressService,
  runServices,
  ScoreCounterparts,
  ServePredictionService,
  SetMonitoringService,
  Signals,
  TellRunService,
  TellVersionService,
  TrainingPieces,
  TrainingRuns,
  TriggerEvaluations,
  UnitOfWork,
  Variables,
  VersionTallies,
} from '@retrain/core';
import type { CoreParts } from './boot/core-parts.js';
import { PgPruning } from './database/pg-pruning.js';
import { AppLog } from './observability/app-log.js';
import { MetricsController } from './observability/metrics.controller.js';
import { Metrics } from './observability/metrics.js';
import { ReadinessChecks } from './observability/readiness.js';
import { RowGauges } from './observability/row-gauges.js';
import { QueueBackend } from './queue/queue-backend.js';
import type { PredictionSpool } from './spool/prediction-spool.js';
import { FileChampionFiles } from './storage/file-champion-files.js';
import { FileReportFiles } from './storage/file-report-files.js';

/** Addresses of the plug-in modules that the configuration lists. */
export class PluginModules {
  constructor(readonly addresses: readonly string[]) {}
}

export interface CoreModuleOptions {
  readonly parts: CoreParts;
  /** Adapters that come from the app: RowReader and ScorerLoader, for the trainer Fitting too. */
  readonly providers: readonly Provider[];
}

/** Services that answer requests and tell what happens, in every app. */
const commonServices: readonly Type[] = [
  ...[
    OpenVersion,
    ChampionHolder,
    RollbackStandby,
    RolloutHolder,
    ArmTallies,
    VersionTallies,
    AnswerRows,
    ScoreCounterparts,
    LiveState,
    ServePredictionService,
    RecordOutcomesService,
    PerformanceService,
  ],
  ...[
    RunProgressService,
    RetrainingStatusService,
    TellVersionService,
    TellRunService,
    RegisterVersionService,
    AlignSchedulesService,
    SetMonitoringService,
    NotifyService,
  ],
  ...[PruneService],
];

/** The composition root: every port bound to its adapter, every core service on top of them. */
@Module({})
export class CoreModule {
  static forRoot({ parts, providers }: CoreModuleOptions): DynamicModule {
    const { app, fits } = parts.environment;
    const slots = { provide: FittingSlots, useValue: FittingSlots.of(fits) };
    const fitting = app === 'trainer' ? [slots, ...runServices] : [];
    const services: Provider[] = [...commonServices, ...decisionServices, ...fitting, ...providers];
    const bound = [...adapters(parts), ...services, ...observability(parts)];
    return {
      module: CoreModule,
      global: true,
      controllers: [MetricsController],
      providers: bound,
      exports: bound.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
    };
  }
}

function adapters({ environment, database, rows, clock, ids, ...parts }: CoreParts) {
  return [
    { provide: Clock, useValue: clock },
    { provide: Ids, useValue: ids },
    { provide: Variables, useValue: parts.variables },
    { provide: ConfigStore, useValue: parts.config },
    { provide: PluginRegistry, useValue: parts.registry },
    { provide: PluginModules, useValue: new PluginModules(parts.pluginModules) },
    { provide: JobQueue, useValue: parts.queue },
    { provide: UnitOfWork, useValue: rows.unitOfWork },
    { provide: EventLog, useValue: rows.events },
    { provide: Signals, useValue: rows.signals },
    { provide: Models, useValue: rows.models },
    { provide: Predictions, useValue: rows.predictions },
    { provide: Records, useValue: rows.records },
    { provide: TrainingRuns, useValue: rows.runs },
    { provide: TrainingPieces, useValue: rows.pieces },
    { provide: TriggerEvaluations, useValue: rows.evaluations },
    { provide: DriftWatches, useValue: rows.watches },
    { provide: Circuits, useValue: rows.circuits },
    { provide: Probations, useValue: rows.probations },
    { provide: Quarantines, useValue: rows.quarantines },
    { provide: Deployments, useValue: rows.deployments },
    { provide: Rollouts, useValue: rows.rollouts },
    { provide: Deliveries, useValue: rows.deliveries },
    { provide: Overview, useValue: rows.overview },
    { provide: Pruning, useValue: new PgPruning(database) },
    { provide: ArtifactStore, useValue: parts.artifacts },
    { provide: ArtifactReferences, useValue: rows.references },
    { provide: ChampionFiles, useValue: new FileChampionFiles(environment.home) },
    { provide: ReportFiles, useValue: new FileReportFiles(environment.home) },
  ];
}

function observability({ database, rows, queue, queueBackend, config, clock, logger, spool }: CoreParts) {
  const readiness = new ReadinessChecks();
  // With a spool, answers go on without both; nobody else can do anything without them.
  const dispensable = spool !== undefined;
  readiness.add({ name: 'database', dispensable, check: () => database.query('SELECT 1') });
  readiness.add({ name: 'queue', dispensable, check: () => queue.counts('monitoring') });
  if (spool) readiness.add({ name: 'spool', dispensable, check: async () => refuseWaiting(spool) });
  const metrics = new Metrics();
  if (spool) metrics.watchSpool(() => spool.status().predictions);
  return [
    { provide: AppLog, useValue: new AppLog(logger) },
    { provide: QueueBackend, useValue: queueBackend },
    { provide: ReadinessChecks, useValue: readiness },
    { provide: Metrics, useValue: metrics },
    {
      provide: RowGauges,
      useFactory: (models: Models, runs: TrainingRuns) =>
        new RowGauges(
          metrics,
          config,
          models,
          runs,
          rows.circuits,
          rows.rollouts,
          rows.probations,
          rows.overview,
          queue,
          clock,
        ),
      inject: [Models, TrainingRuns],
    },
  ];
}

/** Says what waits for the database: no reason to ask another process, but one to look. */
function refuseWaiting(spool: PredictionSpool): void {
  const { active, predictions, bytes, limit } = spool.status();
  if (!active && bytes === 0) return;
  const used = `${(bytes / 1_048_576).toFixed(1)} of ${limit / 1_048_576} MB`;
  throw new Error(`${predictions} recorded answers wait on the local disk for the database (${used})`);
}
