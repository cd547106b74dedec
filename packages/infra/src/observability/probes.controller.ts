import { Controller, Get, HttpException, HttpStatus } from '@nestjs/common';
import { ReadinessChecks, type Readiness } from './readiness.js';

/** Probes of an app that only works through jobs. */
@Controller('health')
export class ProbesController {
  constructor(private readonly readiness: ReadinessChecks) {}

  /** Answers as long as the process turns over: restart it when this fails. */
  @Get('live')
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  /** 200 when every part that the process needs answers, else 503 with what is away. */
  @Get('ready')
  async ready(): Promise<Readiness> {
    const readiness = await this.readiness.answer();
    if (!readiness.ready) throw new HttpException(readiness, HttpStatus.SERVICE_UNAVAILABLE);
    return readiness;
  }
}
