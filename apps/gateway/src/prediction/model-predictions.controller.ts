import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RecordOutcomesService, ServePredictionService, type OutcomeResult } from '@retrain/core';
import { Actor } from '../http/actor.js';
import { Documented } from '../http/documented.js';
import { BodyPipe } from '../http/schema.pipe.js';
import { ModelNames } from '../model/model-names.js';
import { KeepFresh } from '../serving/keep-fresh.js';
import { instancesSchema, outcomesSchema, type InstancesBody, type OutcomesBody } from './prediction-schemas.js';
import { PredictionMetrics } from './prediction-metrics.js';
import { predictionView } from './prediction-view.js';

const counted = ['recorded', 'unchanged', 'corrected', 'unknown_prediction', 'invalid'] as const;

/** Any model: what it is asked, and what happened then. */
@ApiTags('prediction')
@Controller('models/:model')
export class ModelPredictionsController {
  constructor(
    private readonly serve: ServePredictionService,
    private readonly outcomes: RecordOutcomesService,
    private readonly names: ModelNames,
    private readonly fresh: KeepFresh,
    private readonly metrics: PredictionMetrics,
  ) {}

  @Post('predictions')
  @HttpCode(200)
  @Documented({
    summary: "Predict up to 1,000 instances, by the model's own input or by features: all of them, or none",
    body: instancesSchema,
    send: { instances: [{ input: { home_team: 'Arsenal', away_team: 'Chelsea' }, occurred_at: '2016-09-24' }] },
    answer: { predictions: [{ prediction_id: '7b0c…', model_version: 1, predicted: 'H', scores: [0.46, 0.27, 0.27] }] },
  })
  async predict(
    @Param('model') name: string,
    @Body(new BodyPipe<InstancesBody>(instancesSchema)) { instances }: InstancesBody,
  ) {
    const model = this.names.resolve(name);
    const asked = instances.map(({ key, occurred_at, input, features }, index) => {
      const path = `instances.${index}${features === undefined ? '.input' : ''}`;
      return { path, key, input, features, occurredAt: occurred_at === undefined ? undefined : new Date(occurred_at) };
    });
    const answers = await this.metrics.measure(model, () => this.serve.execute(model, asked));
    return { predictions: answers.map(predictionView) };
  }

  @Post('outcomes')
  @HttpCode(200)
  @Documented({
    summary: 'Tell what happened: late, repeated and corrected outcomes are fine',
    description:
      'Each outcome names its prediction by prediction_id or key; a record (the full observed row) joins the training ' +
      'data. Every item gets its own status; what is refused says why and leaves the others alone.',
    body: outcomesSchema,
    send: { outcomes: [{ prediction_id: '7b0c…', outcome: 'H', observed_at: '2016-09-24T18:00:00Z' }] },
    answer: { results: [{ index: 0, status: 'recorded', prediction_ids: ['7b0c…'] }], recorded: 1 },
  })
  async tell(
    @Param('model') name: string,
    @Body(new BodyPipe<OutcomesBody>(outcomesSchema)) body: OutcomesBody,
    @Actor() actor: string,
  ) {
    const model = this.names.resolve(name);
    const reports = body.outcomes.map(({ prediction_id, key, outcome, observed_at, record }) => {
      const observedAt = observed_at === undefined ? undefined : new Date(observed_at);
      return { predictionId: prediction_id, key, outcome, observedAt, record };
    });
    const results = await this.outcomes.execute(model, reports, actor);
    this.metrics.told(model, results);
    if (results.some(({ recordChanged }) => recordChanged)) await this.fresh.learned(model);
    const counts = counted.map((status) => [status, results.filter((result) => result.status === status).length]);
    return { results: results.map(resultView), ...(Object.fromEntries(counts) as object) };
  }
}

function resultView({ index, status, predictionIds, key, recordChanged, reasons }: OutcomeResult) {
  return {
    index,
    status,
    prediction_ids: predictionIds,
    key: key ?? null,
    ...(recordChanged === undefined ? {} : { record_changed: recordChanged }),
    ...(reasons.length > 0 ? { reason: reasons.join(' '), reasons } : {}),
  };
}
