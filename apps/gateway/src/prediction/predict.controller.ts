import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ServePredictionService } from '@retrain/core';
import { Documented } from '../http/documented.js';
import { BodyPipe } from '../http/schema.pipe.js';
import { ModelNames } from '../model/model-names.js';
import { bulkSchema, matchSchema, type BulkBody } from './prediction-schemas.js';
import { matchView } from './prediction-view.js';
import { PredictionMetrics } from './prediction-metrics.js';

const match = { home_team: 'Arsenal', away_team: 'Chelsea', date: '2016-09-24' };
const answer = {
  ...{ home_team: 'Arsenal', away_team: 'Chelsea', predicted_result: 'Home Win' },
  ...{ home_win_probability: 0.46, draw_probability: 0.27, away_win_probability: 0.27, prediction_confidence: 0.46 },
  ...{ prediction_id: '7b0c…', model: 'premier-league', model_version: 1, arm: 'champion', warnings: [] },
};

/** The first model of the configuration, asked about matches. */
@ApiTags('prediction')
@Controller('predict')
export class PredictController {
  constructor(
    private readonly serve: ServePredictionService,
    private readonly names: ModelNames,
    private readonly metrics: PredictionMetrics,
  ) {}

  @Post()
  @HttpCode(200)
  @Documented({ summary: 'Predict one match', body: matchSchema, send: match, answer })
  async one(@Body() body: unknown) {
    const model = this.names.resolve(undefined);
    const [answer] = await this.metrics.measure(model, () => this.serve.execute(model, [{ path: '', input: body }]));
    return matchView(answer!);
  }

  @Post(['bulk', 'batch'])
  @HttpCode(200)
  @Documented({
    summary: 'Predict up to 1,000 matches: all of them, or none',
    body: bulkSchema,
    send: { matches: [match] },
    answer: { predictions: [answer] },
  })
  async bulk(@Body(new BodyPipe<BulkBody>(bulkSchema)) body: BulkBody) {
    const model = this.names.resolve(undefined);
    const instances = body.matches.map((input, index) => ({ path: `matches.${index}`, input }));
    const answers = await this.metrics.measure(model, () => this.serve.execute(model, instances));
    return { predictions: answers.map(matchView) };
  }
}
