import { Module, type DynamicModule } from '@nestjs/common';
import { ProbesController, workOn } from '@retrain/infra';
import { ReproduceProcessor } from './reproduce.processor.js';
import { RetrainProcessor } from './retrain.processor.js';
import { RunMetrics } from './run-metrics.js';
import { TrainCandidateProcessor } from './train-candidate.processor.js';

/** Runs at the same time; how many may really work at once is decided on their rows. */
const runs = 4;

/** Carries runs through their stages, and fits pieces of whatever run. */
@Module({})
export class TrainerModule {
  /** @param fits pieces at the same time. */
  static with(core: DynamicModule, fits: number): DynamicModule {
    return {
      module: TrainerModule,
      imports: [core],
      controllers: [ProbesController],
      providers: [
        RunMetrics,
        ...workOn('training', runs, [RetrainProcessor, ReproduceProcessor]),
        ...workOn('fitting', fits, [TrainCandidateProcessor]),
      ],
    };
  }
}
