import { Injectable } from '@nestjs/common';
import { SettleRolledOutRuns, WatchRolloutsService, type JobProcessor } from '@retrain/core';
import { AppLog } from '@retrain/infra';

/** Looks at every live rollout, and acts on what outcomes, errors and latencies say. */
@Injectable()
export class WatchRolloutsProcessor implements JobProcessor<'watch-rollouts'> {
  readonly job = 'watch-rollouts';

  constructor(
    private readonly watching: WatchRolloutsService,
    private readonly settling: SettleRolledOutRuns,
    private readonly log: AppLog,
  ) {}

  async process(): Promise<void> {
    await this.settling.execute();
    for (const { rollout, look } of await this.watching.execute()) {
      if (look.verdict === 'continue' && rollout.step === look.step) continue;
      const { model, challenger: version, status, share } = rollout;
      this.log.info(
        { model, version, status, share, verdict: look.verdict, reason: look.reason },
        'a rollout moved on',
      );
    }
  }
}
