import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ConfigController } from './config/config.controller.js';
import { ShownConfig } from './config/shown-config.js';
import { EventStream } from './event/event-stream.js';
import { ProgressFeed } from './event/progress-feed.js';
import { EventsController } from './event/events.controller.js';
import { HealthController } from './health/health.controller.js';
import { ServingReadiness } from './health/serving-readiness.js';
import { ApiKeyGuard } from './http/api-key.guard.js';
import { ListenAddress } from './http/listen-address.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RouteTable } from './http/route-table.js';
import { CircuitController } from './model/circuit.controller.js';
import { ApprovalController } from './model/approval.controller.js';
import { DeployController } from './model/deploy.controller.js';
import { ModelInfoController } from './model/model-info.controller.js';
import { ModelNames } from './model/model-names.js';
import { ModelsController } from './model/models.controller.js';
import { PerformanceController } from './model/performance.controller.js';
import { ProbationController } from './model/probation.controller.js';
import { DeleteController } from './model/delete.controller.js';
import { QuarantineController } from './model/quarantine.controller.js';
import { RegisterController } from './model/register.controller.js';
import { RolloutsController } from './model/rollouts.controller.js';
import { HomeController } from './overview/home.controller.js';
import { ModelPredictionsController } from './prediction/model-predictions.controller.js';
import { PredictController } from './prediction/predict.controller.js';
import { PredictionMetrics } from './prediction/prediction-metrics.js';
import { HistoryController } from './retraining/history.controller.js';
import { RetrainingController } from './retraining/retraining.controller.js';
import { RunsController } from './retraining/runs.controller.js';
import { RunDetails } from './retraining/run-details.js';
import { StoryController } from './story/story.controller.js';
import { KeepFresh } from './serving/keep-fresh.js';
import { KeepTallies } from './serving/keep-tallies.js';

/** HTTP in and out of the core services that `core` provides. */
@Module({})
export class GatewayModule {
  static with(core: DynamicModule, address: ListenAddress, routes: RouteTable): DynamicModule {
    return {
      module: GatewayModule,
      imports: [core],
      controllers: [
        HomeController,
        PredictController,
        ModelPredictionsController,
        ModelInfoController,
        ModelsController,
        RegisterController,
        DeployController,
        RolloutsController,
        CircuitController,
        ApprovalController,
        QuarantineController,
        DeleteController,
        ProbationController,
        PerformanceController,
        RetrainingController,
        HistoryController,
        ConfigController,
        RunsController,
        StoryController,
        EventsController,
        HealthController,
      ],
      providers: [
        EventStream,
        ProgressFeed,
        KeepFresh,
        KeepTallies,
        ModelNames,
        PredictionMetrics,
        ServingReadiness,
        RunDetails,
        ShownConfig,
        { provide: ListenAddress, useValue: address },
        { provide: RouteTable, useValue: routes },
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
