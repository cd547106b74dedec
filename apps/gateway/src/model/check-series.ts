import { allVerdicts, type Json, type JsonObject, type TriggerEvaluation, type TriggerVerdict } from '@retrain/core';
import { verdictView } from '../retraining/run-view.js';

/** A check and what one trigger said in it. */
export interface Checked {
  readonly evaluation: TriggerEvaluation;
  readonly verdict: TriggerVerdict;
}

/** The checks that asked a trigger, also within another one; in the order given. */
export function checksOf(evaluations: readonly TriggerEvaluation[], trigger: string): readonly Checked[] {
  return evaluations.flatMap((evaluation): Checked[] => {
    const verdict = allVerdicts(evaluation.verdicts).find(({ trigger: name }) => name === trigger);
    return verdict ? [{ evaluation, verdict }] : [];
  });
}

/** A check with all its evidence. */
export function checkView({ evaluation, verdict }: Checked) {
  return { ...momentOf(evaluation), ...verdictView(verdict) };
}

/** A check of drift as a point of a chart. */
export function driftPoint({ evaluation, verdict }: Checked) {
  const { level, from, to, judged, drifted, domain_classifier: domains } = verdict.evidence;
  const { status, auc, minimum_auc, p_value } = objectOf(domains);
  return {
    ...pointOf({ evaluation, verdict }),
    block: from === undefined ? null : { from, to: to ?? null, level: level ?? null },
    judged_features: judged ?? null,
    drifted_features: drifted ?? null,
    domain_classifier:
      status === undefined
        ? null
        : { status, auc: auc ?? null, minimum_auc: minimum_auc ?? null, p_value: p_value ?? null },
  };
}

/** A check of performance as a point of a chart: each signal with its limit. */
export function performancePoint({ evaluation, verdict }: Checked) {
  const { accuracy, calibration, benchmark, mae, coverage } = verdict.evidence;
  const signal = (facts: Json | undefined, ...names: readonly string[]) => {
    const known = objectOf(facts);
    const shown = names.flatMap((name): [string, Json][] => (known[name] === undefined ? [] : [[name, known[name]]]));
    return shown.length > 0 ? Object.fromEntries(shown) : null;
  };
  return {
    ...pointOf({ evaluation, verdict }),
    coverage: coverage ?? null,
    signals: {
      accuracy: signal(accuracy, 'accuracy', 'baseline', 'drop', 'p_value', 'level'),
      calibration: signal(calibration, 'log_loss', 'expected_log_loss', 'z', 'cusum', 'cusum_limit', 'level'),
      benchmark: signal(benchmark, 'excess', 'baseline', 'margin', 'cusum', 'cusum_limit', 'rows'),
      mae: signal(mae, 'mae', 'baseline', 'rise', 'p_value', 'level'),
    },
  };
}

/** One feature over the checks. */
export interface FeatureSeries {
  readonly name: string;
  readonly points: {
    readonly as_of: string;
    readonly status: Json;
    readonly method: Json;
    readonly score: Json;
    readonly threshold: Json;
    readonly adjusted_p_value: Json;
    readonly missing: Json;
  }[];
}

/**
 * The scores of single features over ascending checks, those first that lie farthest beyond their own threshold in the newest one; at
 * most `most` of them, or only the one that is named.
 */
export function featureSeries(
  checks: readonly Checked[],
  { most, only }: { readonly most: number; readonly only?: string },
): readonly FeatureSeries[] {
  const series = new Map<string, FeatureSeries>();
  for (const { evaluation, verdict } of checks) {
    for (const feature of featuresOf(verdict)) {
      const name = String(feature['name']);
      if (only !== undefined && name !== only) continue;
      const known = series.get(name) ?? { name, points: [] };
      series.set(name, known);
      known.points.push({
        as_of: evaluation.asOf.toISOString(),
        status: feature['status'] ?? null,
        method: feature['method'] ?? null,
        score: feature['score'] ?? null,
        threshold: feature['threshold'] ?? null,
        adjusted_p_value: feature['adjusted_p_value'] ?? null,
        missing: feature['missing_current'] ?? null,
      });
    }
  }
  return [...series.values()].sort((a, b) => strengthOf(b) - strengthOf(a)).slice(0, most);
}

function strengthOf({ points }: FeatureSeries): number {
  const newest = points.at(-1);
  return typeof newest?.score === 'number' && typeof newest.threshold === 'number' && newest.threshold > 0
    ? newest.score / newest.threshold
    : -1;
}

function featuresOf({ evidence }: TriggerVerdict): readonly JsonObject[] {
  const { features } = evidence;
  return Array.isArray(features) ? (features as readonly Json[]).map(objectOf) : [];
}

function pointOf({ evaluation, verdict }: Checked) {
  const { evidence: _, ...view } = verdictView(verdict);
  return { ...momentOf(evaluation), ...view };
}

function momentOf({ evaluatedAt, asOf, championVersion, simulated, decision }: TriggerEvaluation) {
  return {
    evaluated_at: evaluatedAt.toISOString(),
    as_of: asOf.toISOString(),
    champion_version: championVersion ?? null,
    simulated,
    decision,
  };
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
