import { Circuits } from '@retrain/core';
import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ReadinessChecks } from '@retrain/infra';
import type { FastifyReply } from 'fastify';
import { Documented } from '../http/documented.js';
import { circuitView } from '../model/circuit-view.js';
import { productVersion } from '../overview/product-version.js';
import { ServingReadiness } from './serving-readiness.js';

/** Probes for people, load balancers and orchestrators. */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly readiness: ReadinessChecks,
    private readonly serving: ServingReadiness,
    private readonly circuits: Circuits,
  ) {}

  @Get()
  @Documented({
    summary: 'How the gateway is, in detail; 200 while it runs, whatever is away',
    answer: {
      status: 'healthy',
      version: '0.1.0',
      model_loaded: true,
      checks: { database: 'ok' },
      models: {},
      circuits: {},
    },
  })
  async health() {
    const { degraded, checks } = await this.readiness.answer();
    const models = this.serving.all();
    // Models answer all the same: what is told here is that they are not retrained.
    const open = await this.circuits.open().catch(() => []);
    return {
      status: degraded ? 'degraded' : 'healthy',
      version: productVersion(),
      model_loaded: Object.values(models)[0]?.ready ?? false,
      uptime_seconds: Math.round(process.uptime()),
      checks,
      models,
      circuits: Object.fromEntries(open.map((circuit) => [circuit.model, circuitView(circuit)])),
    };
  }

  @Get('live')
  @Documented({ summary: 'The process turns over; restart it when this fails', answer: { status: 'alive' } })
  live() {
    return { status: 'alive' };
  }

  @Get('ready')
  @Documented({
    summary:
      'It can answer now: 200, also while answers wait on the local disk for the database (degraded); else 503 with what is away',
    answer: { ready: true, degraded: false, checks: { database: 'ok', queue: 'ok', models: 'ok' }, models: {} },
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const readiness = await this.readiness.answer();
    if (!readiness.ready) reply.status(503).header('retry-after', '2');
    return { ...readiness, models: this.serving.all() };
  }
}
