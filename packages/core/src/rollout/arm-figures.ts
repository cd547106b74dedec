import type { ArmTotals } from './arm-totals.js';
import { latencyQuantile } from './latency-buckets.js';
import type { ArmFigures } from './rollout-evidence.js';

/** Totals as guards judge them. */
export function figuresOf({ requests, errors, latencies }: Omit<ArmTotals, 'dropped'>): ArmFigures {
  const p95 = latencyQuantile(latencies, 0.95);
  const answers = latencies.reduce((total, one) => total + one, 0);
  return { requests, errors, ...(p95 === undefined ? {} : { latency: { answers, p95 } }) };
}
