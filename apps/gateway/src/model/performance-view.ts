import type { Estimate, Figures, Foresight, Performance } from '@retrain/core';
import { baselineView } from './version-view.js';

/** What was answered, what happened and what confidence promised, on the wire. */
export function performanceView({ coverage, overall, versions, periods, baseline, foresight }: Performance) {
  return {
    coverage,
    baseline: baseline ? baselineView(baseline) : null,
    overall: figuresView(overall),
    estimate: foresightView(foresight),
    versions: versions.map(({ version, ...figures }) => ({ version, ...figuresView(figures) })),
    series: periods.map(({ from, until, predictions, foresight: promised, ...figures }) => ({
      from: from.toISOString(),
      until: until.toISOString(),
      predictions,
      ...figuresView(figures),
      estimate: foresightView(promised),
    })),
  };
}

function figuresView({ n, metrics, benchmark }: Figures) {
  const beside = benchmark && {
    n: benchmark.n,
    excess_log_loss: benchmark.excess,
    standard_error: benchmark.standardError,
  };
  return { n, metrics, benchmark: beside ?? null };
}

function foresightView(foresight: Foresight | undefined) {
  if (!foresight) return null;
  const { estimate, realised } = foresight;
  const beside = ({ value, interval }: Estimate, truth: number | undefined) => ({
    estimate: value,
    interval,
    realised: truth ?? null,
  });
  return {
    n: estimate.rows,
    realised_n: realised?.n ?? 0,
    accuracy: beside(estimate.accuracy, realised?.accuracy),
    log_loss: beside(estimate.logLoss, realised?.logLoss),
  };
}
