import { Injectable } from '@nestjs/common';
import { RecoverRunsService, type JobProcessor } from '@retrain/core';
import { AppLog } from '@retrain/infra';

/** Brings rows, queue and files back in line after crashes, and asks for first champions. */
@Injectable()
export class RecoverRunsProcessor implements JobProcessor<'recover-runs'> {
  readonly job = 'recover-runs';

  constructor(
    private readonly recovering: RecoverRunsService,
    private readonly log: AppLog,
  ) {}

  async process(): Promise<void> {
    const { problems, tampered, ...mended } = await this.recovering.execute();
    const done = Object.entries(mended).filter(([, items]) => items.length > 0);
    if (done.length > 0) this.log.info(Object.fromEntries(done), 'mended');
    if (Object.keys(problems).length > 0) this.log.error({ problems }, 'a model file is not what the champion is');
    if (Object.keys(tampered).length > 0) this.log.error({ tampered }, 'rows of the registry were edited');
  }
}
