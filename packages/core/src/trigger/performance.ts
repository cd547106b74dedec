import type { Evaluation } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import { readOptions } from '../plugin/options.js';
import type { JsonObject } from '../shared/json.js';
import { count, percent } from '../shared/words.js';
import { defineTrigger, insufficientData, type TriggerVerdict } from './trigger-definition.js';
import { maturedRows, type MaturedRows } from '../prediction/matured-rows.js';
import {
  judgeAccuracy,
  judgeBenchmark,
  judgeCalibration,
  judgeError,
  type CalibrationRule,
  type Signal,
} from './performance-signals.js';

/**
 * Fires when the champion does worse on matured answers than its own evaluation promised.
 *
 * A classification has three signals: accuracy fell by more than `performance_threshold` and a one-sided test says that it
 * is no accident; the outcomes surprise the model more than its probabilities allow (`calibration`: `cusum`, `z` or `off`);
 * and, where observed records carry a benchmark, the model loses more to it than its evaluation did (`benchmark`: `cusum` or
 * `off`), by more than `benchmark_margin` nats. A regression fires when its mean absolute error rose by more than
 * `performance_threshold` as a share of the baseline, significantly.
 *
 * `alpha` is the chance that a check of a sound model fires; accuracy and calibration get half of it each. The benchmark has
 * a budget of its own: `false_alarm_rows` between two false alarms, on average at least, however often one looks. That is
 * why it alone may fire below `min_new_predictions`; it is never clear there. `window` is how many of the newest matured
 * answers are judged. The CUSUMs start anew with each champion, because they read its own answers only.
 */
export const performanceDegradation = defineTrigger({
  name: 'performance_degradation',
  description: 'The champion does worse on matured answers than its own evaluation promised.',
  parseOptions: (raw) =>
    readOptions(raw, {
      alpha: { kind: 'number', fallback: 0.01, least: 1e-9, most: 0.5 },
      calibration: { kind: 'choice', fallback: 'cusum', choices: ['cusum', 'z', 'off'] },
      benchmark: { kind: 'choice', fallback: 'cusum', choices: ['cusum', 'off'] },
      benchmark_margin: { kind: 'number', fallback: 0.03, least: 0.001, most: 1 },
      false_alarm_rows: { kind: 'number', fallback: 10_000, least: 10, most: 1e9 },
      window: { kind: 'number', fallback: 2000, least: 1, whole: true },
    }),
  async evaluate(context, options) {
    const { config, champion, definition } = context;
    const threshold = config.performance_threshold;
    if (!champion) {
      return insufficientData('There is no champion to judge.', { threshold });
    }
    const [matured, coverage] = [await context.matured(options['window'] as number), await context.coverage()];
    const rows = maturedRows(definition.task, matured);
    const known = coverage.predictions > 0 ? coverage.matured / coverage.predictions : 0;
    const covered = `Outcomes are known for ${percent(known)} of ${count(coverage.predictions, 'prediction')}.`;
    const evidence = {
      predictions: coverage.predictions,
      matured: coverage.matured,
      coverage: known,
      unusable: rows.unusable,
      champion_version: champion.version,
    };
    const insufficient = (reason: string): Omit<TriggerVerdict, 'trigger'> => ({
      verdict: 'insufficient_data',
      threshold,
      n: rows.rows,
      reason: `${reason} ${covered}`,
      evidence,
    });
    const { task } = definition;
    const outside = outsideSignal(task, rows, champion.evaluation, options);
    const early = rows.rows < config.min_new_predictions;
    if (early && outside?.state !== 'fired') {
      return insufficient(
        `Only ${count(rows.rows, 'matured prediction')}; judging begins at ${config.min_new_predictions}.`,
      );
    }
    const own = early ? [] : ownSignals(task, rows, champion.evaluation, { threshold, ...options });
    const signals = [...own, ...(outside ? [outside] : [])];
    const judged = signals.filter(({ state }) => state !== 'no_baseline');
    const fired = judged.filter(({ state }) => state === 'fired');
    const signalsInEvidence = Object.fromEntries(signals.map(({ name, evidence: facts }) => [name, facts]));
    if (judged.length === 0) return insufficient(signals.map(({ reason }) => reason).join(' '));
    const first = signals[0]!;
    return {
      verdict: fired.length > 0 ? 'fired' : 'clear',
      ...(first.score !== undefined ? { score: first.score } : {}),
      threshold,
      n: rows.rows,
      ...(first.interval ? { interval: first.interval } : {}),
      ...(first.pValue !== undefined ? { pValue: first.pValue } : {}),
      reason: `${(fired.length > 0 ? fired : signals).map(({ reason }) => reason).join(' ')} ${covered}`,
      evidence: { ...evidence, alpha: options['alpha']!, fired: fired.map(({ name }) => name), ...signalsInEvidence },
    };
  },
});

/** What the champion's own promises say. */
function ownSignals(
  task: Task,
  rows: MaturedRows,
  baseline: Evaluation | undefined,
  options: JsonObject & { readonly threshold: number },
): Signal[] {
  const { threshold } = options;
  const alpha = options['alpha'] as number;
  if (task.kind === 'regression') return [judgeError(rows, baseline, { threshold, alpha })];
  const rule = options['calibration'] as CalibrationRule;
  if (rule === 'off') return [judgeAccuracy(task, rows, baseline, { threshold, alpha })];
  return [
    judgeAccuracy(task, rows, baseline, { threshold, alpha: alpha / 2 }),
    judgeCalibration(task, rows, rule, alpha / 2),
  ];
}

/** What an outside benchmark says, where there is one. */
function outsideSignal(
  task: Task,
  rows: MaturedRows,
  baseline: Evaluation | undefined,
  options: JsonObject,
): Signal | undefined {
  if (task.kind === 'regression' || options['benchmark'] === 'off') return undefined;
  const margin = options['benchmark_margin'] as number;
  return judgeBenchmark(task, rows, baseline, { margin, falseAlarmRows: options['false_alarm_rows'] as number });
}
