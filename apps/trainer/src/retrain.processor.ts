import { Injectable } from '@nestjs/common';
import { ExecuteRunService, type JobProcessor, type RunJob } from '@retrain/core';
import { RunMetrics } from './run-metrics.js';

/** One delivery of a run. */
@Injectable()
export class RetrainProcessor implements JobProcessor<'retrain'> {
  readonly job = 'retrain';

  constructor(
    private readonly executing: ExecuteRunService,
    private readonly metrics: RunMetrics,
  ) {}

  async process({ runId }: RunJob, signal: AbortSignal): Promise<void> {
    const seen = await this.metrics.mark();
    await this.executing.execute(runId, signal);
    await this.metrics.observe(runId, seen);
  }
}
