import { Injectable } from '@nestjs/common';
import { ReproduceRunService, type JobProcessor, type ReproduceJob } from '@retrain/core';

/** Does the fits of a past run again. */
@Injectable()
export class ReproduceProcessor implements JobProcessor<'reproduce'> {
  readonly job = 'reproduce';

  constructor(private readonly reproducing: ReproduceRunService) {}

  process({ runId, actor }: ReproduceJob, signal: AbortSignal): Promise<void> {
    return this.reproducing.execute(runId, actor, signal);
  }
}
