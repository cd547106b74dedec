import { Injectable } from '@nestjs/common';
import { EvaluateTriggersService, type EvaluateTriggersJob, type JobProcessor } from '@retrain/core';
import { CheckMetrics } from './check-metrics.js';

/** A scheduled check of one model's triggers. */
@Injectable()
export class EvaluateTriggersProcessor implements JobProcessor<'evaluate-triggers'> {
  readonly job = 'evaluate-triggers';

  constructor(
    private readonly evaluating: EvaluateTriggersService,
    private readonly metrics: CheckMetrics,
  ) {}

  async process({ model }: EvaluateTriggersJob): Promise<void> {
    const evaluation = await this.evaluating.executeDue(model);
    if (evaluation) this.metrics.observe(evaluation);
  }
}
