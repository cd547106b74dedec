import { Module, type DynamicModule } from '@nestjs/common';
import { ProbesController, workOn } from '@retrain/infra';
import { CheckMetrics } from './check-metrics.js';
import { EvaluateTriggersProcessor } from './evaluate-triggers.processor.js';
import { NotifyPump } from './notify-pump.js';
import { NotifyProcessor } from './notify.processor.js';
import { PruneProcessor } from './prune.processor.js';
import { ReadAnswersProcessor } from './read-answers.processor.js';
import { RecoverRunsProcessor } from './recover-runs.processor.js';
import { Schedules } from './schedules.js';
import { WatchRolloutsProcessor } from './watch-rollouts.processor.js';

/** Checks, mending, notifications and housekeeping are short: so many of them at the same time. */
const concurrency = 4;

/** Watches models and asks for retraining; keeps rows, files and queue in line; tells the outside. */
@Module({})
export class MonitorModule {
  static with(core: DynamicModule): DynamicModule {
    return {
      module: MonitorModule,
      imports: [core],
      controllers: [ProbesController],
      providers: [
        CheckMetrics,
        NotifyPump,
        Schedules,
        ...workOn('monitoring', concurrency, [
          EvaluateTriggersProcessor,
          RecoverRunsProcessor,
          NotifyProcessor,
          PruneProcessor,
          ReadAnswersProcessor,
          WatchRolloutsProcessor,
        ]),
      ],
    };
  }
}
