import { Injectable } from '@nestjs/common';
import { allVerdicts, type Json, type JsonObject, type TriggerEvaluation } from '@retrain/core';
import { Metrics } from '@retrain/infra';

/** Shows what a check found as metrics. */
@Injectable()
export class CheckMetrics {
  constructor(private readonly metrics: Metrics) {}

  observe({ model, verdicts }: TriggerEvaluation): void {
    for (const { trigger, verdict, score, evidence } of allVerdicts(verdicts)) {
      this.metrics.triggerChecks.inc({ model, trigger, verdict });
      if (trigger === 'data_drift') this.showDrift(model, score, evidence);
      if (trigger === 'performance_degradation') this.showPerformance(model, evidence);
    }
  }

  private showDrift(model: string, score: number | undefined, { features }: JsonObject): void {
    if (score !== undefined) this.metrics.driftScore.set({ model }, score);
    if (!Array.isArray(features)) return;
    for (const { name, method, score: drift } of features as readonly Record<string, Json>[]) {
      if (typeof name !== 'string' || typeof method !== 'string' || typeof drift !== 'number') continue;
      this.metrics.featureDrift.set({ model, feature: name, method }, drift);
    }
  }

  private showPerformance(model: string, { accuracy, calibration, benchmark }: JsonObject): void {
    const measured = numberIn(accuracy, 'accuracy');
    const loss = numberIn(calibration, 'log_loss');
    const excess = numberIn(benchmark, 'excess');
    if (excess !== undefined) this.metrics.excessLogLoss.set({ model }, excess);
    if (measured !== undefined) this.metrics.accuracy.set({ model }, measured);
    if (loss !== undefined) this.metrics.logLoss.set({ model }, loss);
  }
}

function numberIn(value: Json | undefined, key: string): number | undefined {
  const inner = (value as JsonObject | null | undefined)?.[key];
  return typeof inner === 'number' ? inner : undefined;
}
