import { Module, type DynamicModule } from '@nestjs/common';
import { ProbesController, workOn } from '@retrain/infra';
import { RetrainProcessor } from './retrain.processor.js';
import { RunMetrics } from './run-metrics.js';

/** Deliveries at the same time; how many runs may really work at once is decided on their rows. */
const concurrency = 4;

/** Carries runs through their stages. */
@Module({})
export class TrainerModule {
  static with(core: DynamicModule): DynamicModule {
    return {
      module: TrainerModule,
      imports: [core],
      controllers: [ProbesController],
      providers: [RunMetrics, ...workOn('training', concurrency, [RetrainProcessor])],
    };
  }
}
