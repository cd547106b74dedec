import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CircuitBreaker, CloseCircuitService } from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { BodyPipe } from '../http/schema.pipe.js';
import { reasonSchema, type ReasonBody } from '../retraining/retraining-schemas.js';
import { circuitView } from './circuit-view.js';
import { ModelNames } from './model-names.js';

const answer = { state: 'closed', failures: [], open_until: null, changed_by: 'api', reason: 'the file is back' };

/** The circuit breaker of a model: whether failed runs hold further ones back. */
@ApiTags('models')
@Controller('models/:model/circuit')
export class CircuitController {
  constructor(
    private readonly breaker: CircuitBreaker,
    private readonly closing: CloseCircuitService,
    private readonly names: ModelNames,
  ) {}

  @Get()
  @Documented({ summary: 'Whether failed runs hold further ones back', answer })
  async one(@Param('model') name: string) {
    return circuitView(await this.breaker.of(this.names.resolve(name)));
  }

  @Post('close')
  @HttpCode(200)
  @Documented({
    summary: 'Let runs be asked for again, and forget those that failed; closing a closed one is fine',
    body: reasonSchema,
    send: { reason: 'the file is back' },
    answer,
  })
  async close(
    @Param('model') name: string,
    @Body(new BodyPipe<ReasonBody>(reasonSchema)) { reason }: ReasonBody,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(name);
    return circuitView(await this.closing.execute({ model, actor, reason: reason ?? 'closed by hand' }));
  }
}
