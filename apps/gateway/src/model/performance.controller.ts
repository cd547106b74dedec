import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PerformanceService, TriggerEvaluations } from '@retrain/core';
import { Documented } from '../http/documented.js';
import { QueryPipe } from '../http/schema.pipe.js';
import { ModelNames } from './model-names.js';
import { checksOf, checkView, driftPoint, featureSeries, performancePoint, type Checked } from './check-series.js';
import { performanceView } from './performance-view.js';

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
      description: 'Newest answers with an outcome, and newest answers of all',
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
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 100, description: 'Newest checks' },
    features: {
      type: 'integer',
      minimum: 0,
      maximum: 200,
      default: 20,
      description: 'Features with a series of their own, those that drifted farthest',
    },
    feature: { type: 'string', minLength: 1, maxLength: 200, description: 'Only the series of this feature' },
  },
} as const;

interface DriftQuery {
  readonly limit?: number;
  readonly features?: number;
  readonly feature?: string;
}

/** Newest checks that are shown beside the performance. */
const CHECKS = 100;

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
    summary:
      'Metrics of the answers whose outcome is known, in all, by version, by period; what the champion’s confidence promises; the newest checks',
    query: performanceQuery,
    answer: {
      coverage: { predictions: 380, matured: 370 },
      overall: { n: 370, metrics: { accuracy: 0.54 }, benchmark: { n: 370, excess_log_loss: 0.01 } },
      estimate: { n: 380, accuracy: { estimate: 0.53, interval: [0.48, 0.58], realised: 0.54 } },
      series: [],
      latest: { verdict: 'clear', score: 0.01, threshold: 0.05, evidence: {} },
      checks: [],
    },
  })
  async performanceOf(
    @Param('model') name: string,
    @Query(new QueryPipe<PerformanceQuery>(performanceQuery)) query: PerformanceQuery,
  ) {
    const model = this.names.resolve(name);
    const { days = 7, limit = 5_000, as_of } = query;
    const asOf = as_of === undefined ? undefined : new Date(as_of);
    const performance = await this.performance.execute({ model, days, limit, asOf });
    const checks = await this.checksOf(model, 'performance_degradation', CHECKS);
    const newest = checks.at(-1);
    const latest = newest ? checkView(newest) : null;
    return { model, ...performanceView(performance), latest, checks: checks.map(performancePoint) };
  }

  @Get('drift')
  @Documented({
    summary:
      'The drift verdict of the newest check with its evidence; score, level and classifier of the checks before; the scores of single features over them',
    query: driftQuery,
    answer: {
      latest: { verdict: 'clear', score: 0.02, threshold: 0.1, evidence: {} },
      series: [],
      features: [{ name: 'form_gap', points: [] }],
    },
  })
  async driftOf(
    @Param('model') name: string,
    @Query(new QueryPipe<DriftQuery>(driftQuery)) { limit = 100, features = 20, feature }: DriftQuery,
  ) {
    const model = this.names.resolve(name);
    const checks = await this.checksOf(model, 'data_drift', limit);
    const newest = checks.at(-1);
    return {
      model,
      latest: newest ? checkView(newest) : null,
      series: checks.map(driftPoint),
      features: featureSeries(checks, { most: features, only: feature }),
    };
  }

  /** What a trigger said in the newest checks, ascending. */
  private async checksOf(model: string, trigger: string, limit: number): Promise<readonly Checked[]> {
    const { items } = await this.evaluations.list(model, { limit }, false);
    return checksOf([...items].reverse(), trigger);
  }
}
