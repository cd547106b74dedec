import { Injectable } from '@nestjs/common';
import { ReadAnswersService, type JobProcessor } from '@retrain/core';

/** Reads what champions have answered, so that a check finds little left to read. */
@Injectable()
export class ReadAnswersProcessor implements JobProcessor<'read-answers'> {
  readonly job = 'read-answers';

  constructor(private readonly reading: ReadAnswersService) {}

  async process(_payload: object, signal: AbortSignal): Promise<void> {
    await this.reading.execute(signal);
  }
}
