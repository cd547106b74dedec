import { Injectable } from '@nestjs/common';
import type { OutcomeResult, ServedPrediction } from '@retrain/core';
import { Metrics } from '@retrain/infra';

const effects = new Set(['recorded', 'unchanged', 'corrected']);

/** Counts and times what is answered and told. */
@Injectable()
export class PredictionMetrics {
  constructor(private readonly metrics: Metrics) {}

  /** Times the request and counts its recorded answers; refused and failed requests are not counted. */
  async measure(model: string, work: () => Promise<readonly ServedPrediction[]>): Promise<readonly ServedPrediction[]> {
    const began = performance.now();
    const answers = await work();
    this.metrics.predictionSeconds.observe({ model }, (performance.now() - began) / 1000);
    for (const { version, arm } of answers) this.metrics.predictions.inc({ model, version, arm });
    return answers;
  }

  told(model: string, results: readonly OutcomeResult[]): void {
    for (const { status, predictionIds } of results) {
      if (effects.has(status) && predictionIds.length > 0) {
        this.metrics.outcomes.inc({ model, effect: status }, predictionIds.length);
      }
    }
  }
}
