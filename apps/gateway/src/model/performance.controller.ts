import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PerformanceService, TriggerEvaluations, type TriggerEvaluation } from '@retrain/core';
import { Documented } from '../http/documented.js';
import { QueryPipe } from '../http/schema.pipe.js';
import { verdictView } from '../retraining/run-view.js';
import { ModelNames } from './model-names.js';

const performanceQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    days: { type: 'integer', minimum: 1, maximum: 366, default: 7, description: 'Length of a period' },
    as_of: { type: 'string', format: 'instant', description: 'Nothing after this instant' },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: 20_000,
      default: 5_000,
      description: 'Newest answers with an outcome',
    },
  },
} as const;

interface PerformanceQuery {
  readonly days?: number;
  readonly as_of?: string;
  readonly limit?: number;
}

const driftQuery = {
  type: 'object',
  additionalProperties: false,
  properties: { limit: { type: 'integer', minimum: 1, maximum: 500, default: 100, description: 'Newest checks' } },
} as const;

/** Series and evidence for charts. */
@ApiTags('models')
@Controller('models/:model')
export class PerformanceController {
  constructor(
    private readonly performance: PerformanceService,
    private readonly evaluations: TriggerEvaluations,
    private readonly names: ModelNames,
  ) {}

  @Get('performance')
  @Documented({
    summary: 'Metrics of the answers whose outcome is known: in all, by version, by period',
    query: performanceQuery,
    answer: {
      coverage: { predictions: 380, matured: 370 },
      overall: { n: 370, metrics: { accuracy: 0.54 } },
      series: [],
    },
  })
  async performanceOf(
    @Param('model') name: string,
    @Query(new QueryPipe<PerformanceQuery>(performanceQuery)) query: PerformanceQuery,
  ) {
    const model = this.names.resolve(name);
    const { days = 7, limit = 5_000, as_of } = query;
    const asOf = as_of === undefined ? undefined : new Date(as_of);
    const { coverage, overall, versions, periods, baseline } = await this.performance.execute({
      model,
      days,
      limit,
      asOf,
    });
    return {
      model,
      coverage,
      baseline: baseline ?? null,
      overall,
      versions,
      series: periods.map(({ from, until, ...figures }) => ({
        from: from.toISOString(),
        until: until.toISOString(),
        ...figures,
      })),
    };
  }

  @Get('drift')
  @Documented({
    summary: 'The drift verdict of the newest check with its evidence, and the scores of the checks before',
    query: driftQuery,
    answer: { latest: { verdict: 'clear', score: 0.02, threshold: 0.1, evidence: {} }, series: [] },
  })
  async driftOf(
    @Param('model') name: string,
    @Query(new QueryPipe<{ limit?: number }>(driftQuery)) { limit = 100 }: { limit?: number },
  ) {
    const model = this.names.resolve(name);
    const { items } = await this.evaluations.list(model, { limit }, false);
    const points = items.flatMap(driftPoint);
    return { model, latest: points[0] ?? null, series: points.reverse().map(({ evidence: _, ...point }) => point) };
  }
}

function driftPoint(evaluation: TriggerEvaluation) {
  const verdict = evaluation.verdicts.find(({ trigger }) => trigger === 'data_drift');
  if (!verdict) return [];
  const at = { evaluated_at: evaluation.evaluatedAt.toISOString(), as_of: evaluation.asOf.toISOString() };
  return [{ ...at, ...verdictView(verdict) }];
}
