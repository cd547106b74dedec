import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  conflict,
  EvaluateTriggersService,
  RequestRetrainingService,
  RetrainingStatusService,
  SetMonitoringService,
} from '@retrain/core';
import { ShownConfig } from '../config/shown-config.js';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { BodyPipe, QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from '../model/model-names.js';
import { modelQuery, type ModelQuery } from '../model/model-query.js';
import { checkSchema, emptySchema, triggerSchema, type CheckBody, type TriggerBody } from './retraining-schemas.js';
import { evaluationView } from './run-view.js';
import { statusView } from './status-view.js';

const ofModel = new QueryPipe<ModelQuery>(modelQuery);

/** Watching a model and asking for its retraining. */
@ApiTags('retraining')
@Controller('retraining')
export class RetrainingController {
  constructor(
    private readonly names: ModelNames,
    private readonly status: RetrainingStatusService,
    private readonly monitoring: SetMonitoringService,
    private readonly retraining: RequestRetrainingService,
    private readonly triggers: EvaluateTriggersService,
    private readonly shown: ShownConfig,
  ) {}

  @Get('status')
  @Documented({
    summary: 'Where the retraining of a model stands',
    query: modelQuery,
    answer: {
      is_running: true,
      retraining_in_progress: false,
      prediction_count_since_retraining: 380,
      champion: { version: 2 },
    },
  })
  async statusOf(@Query(ofModel) query: ModelQuery) {
    const model = this.names.resolve(query.model);
    return statusView(await this.status.execute(model), this.shown.of(model));
  }

  @Post('start')
  @HttpCode(200)
  @Documented({
    summary: 'Check the triggers on schedule; survives restarts',
    query: modelQuery,
    body: emptySchema,
    answer: { message: 'Checks of premier-league run on schedule.', status: 'running' },
  })
  async start(@Query(ofModel) query: ModelQuery, @Actor() actor: string) {
    const model = this.names.resolve(query.model);
    const changed = await this.monitoring.execute({ model, monitoring: true, actor });
    return {
      message: `Checks of ${model} ${changed ? 'run on schedule' : 'ran on schedule already'}.`,
      status: 'running',
    };
  }

  @Post('stop')
  @HttpCode(200)
  @Documented({
    summary: 'Stop checking on schedule; a run in progress goes on',
    query: modelQuery,
    body: emptySchema,
    answer: { message: 'Checks of premier-league are stopped.', status: 'stopped' },
  })
  async stop(@Query(ofModel) query: ModelQuery, @Actor() actor: string) {
    const model = this.names.resolve(query.model);
    const changed = await this.monitoring.execute({ model, monitoring: false, actor });
    return { message: `Checks of ${model} ${changed ? 'are stopped' : 'were stopped already'}.`, status: 'stopped' };
  }

  @Post('trigger')
  @HttpCode(202)
  @Documented({
    summary:
      'Ask for a run now; 409 while one is running, in the cool-down or while the circuit is open (unless forced)',
    query: modelQuery,
    body: triggerSchema,
    send: { reason: 'manual_trigger', force: false },
    answer: {
      message: 'Retraining of premier-league requested.',
      reason: 'manual_trigger',
      forced: false,
      run_id: '5f1c…',
    },
    status: 202,
  })
  async trigger(
    @Query(ofModel) query: ModelQuery,
    @Body(new BodyPipe<TriggerBody>(triggerSchema)) body: TriggerBody,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(query.model);
    const { reason = 'manual_trigger', force: forced = false } = body;
    const asOf = body.as_of === undefined ? undefined : new Date(body.as_of);
    const answer = await this.retraining.execute({ model, triggers: [reason], reason, forced, asOf, actor });
    switch (answer.kind) {
      case 'requested':
        return { message: `Retraining of ${model} requested.`, reason, forced, run_id: answer.run.id };
      case 'already_running': {
        const { id, status } = answer.run;
        throw conflict('run_active', `Run ${id} of ${model} is ${status} already; wait for it or cancel it.`, {
          run_id: id,
        });
      }
      case 'circuit_open': {
        const until = answer.until.toISOString();
        const told = `Runs of ${model} keep failing (${answer.reason}): none is started before ${until}. Mend the cause, then close the circuit (POST /models/${model}/circuit/close) or send force: true.`;
        throw conflict('circuit_open', told, { until });
      }
      case 'rolling_out': {
        const { id, challenger } = answer.rollout;
        const told = `Version ${challenger} of ${model} is being tried beside the champion. Wait, abort the rollout, or send force: true.`;
        throw conflict('rollout_active', told, { rollout_id: id });
      }
      case 'cooling_down': {
        const until = answer.until.toISOString();
        const told = `${model} was retrained lately and cools down until ${until}. Wait, or send force: true.`;
        throw conflict('cooldown_active', told, { until });
      }
    }
  }

  @Post('check')
  @HttpCode(200)
  @Documented({
    summary: 'Judge every trigger now, or as of a past day',
    query: modelQuery,
    body: checkSchema,
    send: { dry_run: true },
    answer: {
      decision: 'no_trigger',
      verdicts: [{ trigger: 'data_drift', verdict: 'clear', score: 0.02, threshold: 0.1, n: 380, reason: '…' }],
    },
  })
  async check(
    @Query(ofModel) query: ModelQuery,
    @Body(new BodyPipe<CheckBody>(checkSchema)) body: CheckBody,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(query.model);
    const asOf = body.as_of === undefined ? undefined : new Date(body.as_of);
    return evaluationView(await this.triggers.execute({ model, asOf, dryRun: body.dry_run ?? false, actor }));
  }
}
