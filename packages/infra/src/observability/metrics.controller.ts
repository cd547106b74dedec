import { Controller, Get, Header } from '@nestjs/common';
import { Metrics } from './metrics.js';
import { RowGauges } from './row-gauges.js';

/** The metrics of this process for Prometheus. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly gauges: RowGauges,
  ) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async show(): Promise<string> {
    await this.gauges.refresh();
    return this.metrics.registry.metrics();
  }
}
