import { Injectable } from '@nestjs/common';
import { EvaluateTriggersService, Models, type EvaluateTriggersJob, type JobProcessor } from '@retrain/core';
import { CheckMetrics } from './check-metrics.js';

/** A scheduled check of one model's triggers. */
@Injectable()
export class EvaluateTriggersProcessor implements JobProcessor<'evaluate-triggers'> {
  readonly job = 'evaluate-triggers';

  constructor(
    private readonly models: Models,
    private readonly evaluating: EvaluateTriggersService,
    private readonly metrics: CheckMetrics,
  ) {}

  async process({ model }: EvaluateTriggersJob): Promise<void> {
    // The row decides: a check that was queued before monitoring stopped is let go.
    if (!(await this.models.find(model))?.monitoring) return;
    this.metrics.observe(await this.evaluating.execute({ model, actor: 'system' }));
  }
}
