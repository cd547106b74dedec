import { driftMethods, numericOnly } from '../drift/methods.js';
import { driftReport, type DriftOptions } from '../drift/report.js';
import { driftReportToJson } from '../drift/report-json.js';
import { readOptions } from '../plugin/options.js';
import type { JsonObject } from '../shared/json.js';
import { count, percent } from '../shared/words.js';
import { defineTrigger, type TriggerVerdict } from './trigger-definition.js';

/**
 * Fires when the drift score, the share of judged features that drifted, exceeds `drift_threshold`.
 *
 * Options: `numeric_method`, `categorical_method`, `level` of the Benjamini–Hochberg procedure, `min_rows` a feature needs,
 * `minimum_effect` instead of the method's own. At the default level a check of unchanged features drifts in fewer than
 * one of a hundred checks, however the features depend on each other.
 */
export const dataDrift = defineTrigger({
  name: 'data_drift',
  description: 'The features of the answered predictions no longer look like the training data.',
  parseOptions: (raw) =>
    readOptions(raw, {
      numeric_method: { kind: 'choice', fallback: 'ks', choices: driftMethods },
      categorical_method: {
        kind: 'choice',
        fallback: 'total_variation',
        choices: driftMethods.filter((method) => !numericOnly.has(method)),
      },
      level: { kind: 'number', fallback: 0.01, least: 1e-9, most: 0.5 },
      min_rows: { kind: 'number', fallback: 30, least: 2, whole: true },
      minimum_effect: { kind: 'number', least: 0 },
    }),
  async evaluate(context, options) {
    const { config } = context;
    const threshold = config.drift_threshold;
    const insufficient = (reason: string, n?: number): Omit<TriggerVerdict, 'trigger'> => ({
      verdict: 'insufficient_data',
      threshold,
      ...(n !== undefined ? { n } : {}),
      reason,
      evidence: {},
    });
    if (!context.champion) return insufficient('There is no champion whose training data could be compared with.');
    const reference = context.referenceProfile();
    if (!reference) return insufficient('The champion has no profile of its training data.');
    const current = await context.currentProfile();
    const n = current?.rows ?? 0;
    if (!current || n < config.min_new_predictions) {
      return insufficient(
        `Only ${count(n, 'prediction')} to compare; judging begins at ${config.min_new_predictions}.`,
        n,
      );
    }
    const report = driftReport(context.definition.schema, reference, current, driftOptions(options));
    const evidence = driftReportToJson(report);
    if (report.score === undefined) return { ...insufficient(report.reason, n), evidence };
    const fired = report.score > threshold;
    return {
      verdict: fired ? 'fired' : 'clear',
      score: report.score,
      threshold,
      n,
      reason: `${report.reason} Drift score ${percent(report.score)}, threshold ${percent(threshold)}, ${count(n, 'prediction')}.`,
      evidence,
    };
  },
});

/** The checked options of the trigger as the report wants them. */
export function driftOptions(options: JsonObject): DriftOptions {
  return {
    numericMethod: options['numeric_method'] as DriftOptions['numericMethod'],
    categoricalMethod: options['categorical_method'] as DriftOptions['categoricalMethod'],
    level: options['level'] as number,
    minRows: options['min_rows'] as number,
    ...(options['minimum_effect'] !== undefined ? { minimumEffect: options['minimum_effect'] as number } : {}),
  };
}
