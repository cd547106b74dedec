import { readOptions } from '../plugin/options.js';
import { count, percent } from '../shared/words.js';
import { defineTrigger, type TriggerVerdict } from './trigger-definition.js';
import { maturedRows } from './matured-rows.js';
import {
  judgeAccuracy,
  judgeCalibration,
  judgeError,
  type CalibrationRule,
  type Signal,
} from './performance-signals.js';

/**
 * Fires when the champion does worse on matured answers than its own evaluation promised.
 *
 * A classification has two signals: accuracy fell by more than `performance_threshold` and a one-sided test says that it
 * is no accident; or the outcomes surprise the model more than its probabilities allow (`calibration`: `cusum`, `z` or
 * `off`). A regression fires when its mean absolute error rose by more than that share of the baseline, significantly.
 * `alpha` is the chance that a check of a sound model fires; two signals get half of it each. `window` is how many of the newest
 * matured answers are judged.
 */
export const performanceDegradation = defineTrigger({
  name: 'performance_degradation',
  description: 'The champion does worse on matured answers than its own evaluation promised.',
  parseOptions: (raw) =>
    readOptions(raw, {
      alpha: { kind: 'number', fallback: 0.01, least: 1e-9, most: 0.5 },
      calibration: { kind: 'choice', fallback: 'cusum', choices: ['cusum', 'z', 'off'] },
      window: { kind: 'number', fallback: 2000, least: 1, whole: true },
    }),
  async evaluate(context, options) {
    const { config, champion, definition } = context;
    const threshold = config.performance_threshold;
    if (!champion) {
      return { verdict: 'insufficient_data', threshold, reason: 'There is no champion to judge.', evidence: {} };
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
    if (rows.rows < config.min_new_predictions) {
      return insufficient(
        `Only ${count(rows.rows, 'matured prediction')}; judging begins at ${config.min_new_predictions}.`,
      );
    }
    const alpha = options['alpha'] as number;
    const rule = options['calibration'] as CalibrationRule;
    const signals: Signal[] = [];
    if (definition.task.kind === 'regression') {
      signals.push(judgeError(rows, champion.evaluation, { threshold, alpha }));
    } else {
      const share = rule === 'off' ? alpha : alpha / 2;
      signals.push(judgeAccuracy(definition.task, rows, champion.evaluation, { threshold, alpha: share }));
      if (rule !== 'off') signals.push(judgeCalibration(definition.task, rows, rule, share));
    }
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
      evidence: { ...evidence, alpha, fired: fired.map(({ name }) => name), ...signalsInEvidence },
    };
  },
});
