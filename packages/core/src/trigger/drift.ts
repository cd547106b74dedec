import type { DriftWatch } from '../drift/drift-watch.js';
import type { DomainRule } from '../drift/judge-domains.js';
import { judgeWatch, type JudgedBlock, type WatchOptions } from '../drift/judge-watch.js';
import { driftMethods, numericOnly } from '../drift/methods.js';
import { driftReportToJson } from '../drift/report-json.js';
import { readOptions } from '../plugin/options.js';
import type { JsonObject } from '../shared/json.js';
import { count, percent } from '../shared/words.js';
import { withDomains } from './drift-domains.js';
import { defineTrigger, insufficientData, type TriggerContext, type TriggerVerdict } from './trigger-definition.js';

/**
 * Fires when the drift score, the share of judged features that drifted, exceeds `drift_threshold`.
 *
 * Rows are judged in chunks of at least `min_new_predictions`, each row once, and in blocks of two, four and eight
 * chunks; levels are set so that features that have not changed alarm once in `false_alarm_budget_days` on average, at
 * most. What a run has answered (it judged a candidate while the features looked so, and the champion stayed) does not
 * count until it moves on; a drift that no run has answered stands until newer rows show none.
 *
 * With `domain_classifier` a classifier also looks at how features go together (drift/judge-domains.ts): it fires by itself, with an
 * area under the ROC curve of at least `minimum_auc` on rows it was not fitted on. Each look has half of the budget then.
 *
 * Options: `false_alarm_budget_days`, `level` (of the Benjamini–Hochberg procedure, at most), `numeric_method`,
 * `categorical_method`, `min_rows` a feature needs, `minimum_effect` instead of the method's own.
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
      false_alarm_budget_days: { kind: 'number', fallback: 90, least: 0.01, most: 36_500 },
      level: { kind: 'number', fallback: 0.01, least: 1e-9, most: 0.5 },
      min_rows: { kind: 'number', fallback: 30, least: 2, whole: true },
      minimum_effect: { kind: 'number', least: 0 },
      domain_classifier: { kind: 'flag', fallback: false },
      minimum_auc: { kind: 'number', fallback: 0.57, least: 0.5, most: 1 },
    }),
  async evaluate(context, options) {
    const { config } = context;
    const threshold = config.drift_threshold;
    const insufficient = (reason: string, n?: number, evidence: JsonObject = {}) =>
      insufficientData(reason, { threshold, n, evidence });
    if (!context.champion) return insufficient('There is no champion whose training data could be compared with.');
    const reference = context.referenceProfile();
    if (!reference) return insufficient('The champion has no profile of its training data.');
    const watch = await context.driftWatch();
    const judgement =
      watch && judgeWatch(context.definition.schema, reference, watch, watchOptions(options, threshold));
    if (!watch || !judgement?.decisive) {
      const n = watch?.pending.rows ?? 0;
      const reason = `Only ${count(n, 'new prediction')} to compare; judging begins at ${config.min_new_predictions}.`;
      return insufficient(reason, n, watch?.answered ? { answered: answeredJson(watch, []) } : {});
    }
    const features = verdictOf(judgement.decisive, judgement.blocks, watch, threshold);
    return options.domain_classifier ? withDomains(context, watch, features, domainRule(context, options)) : features;
  },
});

function verdictOf(
  decisive: JudgedBlock,
  blocks: readonly JudgedBlock[],
  watch: DriftWatch,
  threshold: number,
): Omit<TriggerVerdict, 'trigger'> {
  const { report, score, drifted, block, level, answered } = decisive;
  const n = block.profile.rows;
  const evidence = {
    ...driftReportToJson(report),
    level,
    from: block.from.toISOString(),
    to: block.to.toISOString(),
    pending_rows: watch.pending.rows,
    blocks: blocks.map(blockJson),
    ...(watch.answered ? { answered: answeredJson(watch, answered) } : {}),
  };
  if (score === undefined) return insufficientData(report.reason, { threshold, n, evidence });
  const known =
    answered.length > 0
      ? ` ${count(answered.length, 'feature')} of them had drifted as far when run ${watch.answered!.runId} judged a candidate: answered.`
      : '';
  return {
    verdict: drifted ? 'fired' : 'clear',
    score,
    threshold,
    n,
    reason: `${report.reason}${known} Drift score ${percent(score)}, threshold ${percent(threshold)}, ${count(n, 'prediction')}.`,
    evidence,
  };
}

function blockJson({ block, level, report, score, drifted }: JudgedBlock): JsonObject {
  return {
    rows: block.profile.rows,
    from: block.from.toISOString(),
    to: block.to.toISOString(),
    level,
    drifted_features: report.drifted,
    ...(score !== undefined ? { score } : {}),
    drifted,
  };
}

function answeredJson({ answered }: DriftWatch, features: readonly string[]): JsonObject {
  return { run_id: answered!.runId, at: answered!.at.toISOString(), features };
}

/** Days in which each of the looks may alarm once; two looks share what one has. */
function budgetOf(options: JsonObject): number {
  return (options['false_alarm_budget_days'] as number) * (options['domain_classifier'] === true ? 2 : 1);
}

function domainRule({ champion }: TriggerContext, options: JsonObject): DomainRule {
  return {
    falseAlarmBudgetDays: budgetOf(options),
    level: options['level'] as number,
    minRows: options['min_rows'] as number,
    minimumAuc: options['minimum_auc'] as number,
    seed: champion?.version ?? 0,
  };
}

/** The checked options of the trigger as the judgement wants them. */
function watchOptions(options: JsonObject, threshold: number): WatchOptions {
  return {
    threshold,
    falseAlarmBudgetDays: budgetOf(options),
    numericMethod: options['numeric_method'] as WatchOptions['numericMethod'],
    categoricalMethod: options['categorical_method'] as WatchOptions['categoricalMethod'],
    level: options['level'] as number,
    minRows: options['min_rows'] as number,
    ...(options['minimum_effect'] !== undefined ? { minimumEffect: options['minimum_effect'] as number } : {}),
  };
}
