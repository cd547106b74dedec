import { Injectable } from '@nestjs/common';
import { PruneService, type JobProcessor } from '@retrain/core';
import { AppLog } from '@retrain/infra';

/** Deletes what is older than the configuration keeps. */
@Injectable()
export class PruneProcessor implements JobProcessor<'prune'> {
  readonly job = 'prune';

  constructor(
    private readonly pruning: PruneService,
    private readonly log: AppLog,
  ) {}

  async process(_payload: object, signal: AbortSignal): Promise<void> {
    const pruned = await this.pruning.execute(signal);
    if (Object.values(pruned).some((count) => count > 0)) this.log.info(pruned, 'what is old was deleted');
  }
}
