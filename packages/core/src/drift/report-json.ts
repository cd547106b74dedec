import type { JsonObject } from '../shared/json.js';
import type { DriftReport } from './report.js';

/** The report as evidence: snake_case, what is undefined left out. */
export function driftReportToJson(report: DriftReport): JsonObject {
  return {
    ...(report.score !== undefined ? { drift_score: report.score } : {}),
    judged: report.judged,
    drifted: report.drifted,
    reference_rows: report.referenceRows,
    current_rows: report.currentRows,
    features: report.features.map((feature): JsonObject => ({
      name: feature.name,
      status: feature.status,
      reason: feature.reason,
      ...(feature.method !== undefined ? { method: feature.method } : {}),
      ...(feature.score !== undefined ? { score: feature.score } : {}),
      ...(feature.threshold !== undefined ? { threshold: feature.threshold } : {}),
      ...(feature.pValue !== undefined ? { p_value: feature.pValue } : {}),
      ...(feature.adjustedPValue !== undefined ? { adjusted_p_value: feature.adjustedPValue } : {}),
      ...(feature.missingReference !== undefined ? { missing_reference: feature.missingReference } : {}),
      ...(feature.missingCurrent !== undefined ? { missing_current: feature.missingCurrent } : {}),
    })),
  };
}
