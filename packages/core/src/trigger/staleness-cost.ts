import { excessLogLoss } from '../metric/excess-log-loss.js';
import { classificationRowValues } from '../metric/classification.js';
import { absoluteErrors } from '../metric/regression.js';
import type { Evaluation } from '../model/model-version.js';
import type { Task } from '../model/task.js';
import { readOptions } from '../plugin/options.js';
import { maturedRows, type MaturedRows } from '../prediction/matured-rows.js';
import { count, figure } from '../shared/words.js';
import { sumBound } from '../statistic/confidence-sequence.js';
import { normalQuantile } from '../statistic/distributions.js';
import { moments } from '../statistic/tests.js';
import { defineTrigger, insufficientData, type TriggerContext } from './trigger-definition.js';

/** Rows that are looked at: as many as the reader gives without being asked for more. */
const newestRows = 10_000;

/** What staleness is measured against. */
interface Measure {
  readonly name: 'benchmark' | 'log_loss' | 'mae';
  /** Losses of the rows; higher is worse. */
  readonly losses: Float64Array;
  /** Their mean when the champion was evaluated, and its standard error. */
  readonly baseline: number;
  readonly baselineError: number;
}

/**
 * Fires when the staleness of the champion has cost as much as a run would.
 *
 * What its answers lose more than its own evaluation promised adds up since the last run, at `price` per prediction and unit of loss:
 * nats of log loss, over the outside benchmark where rows carry one (what makes a season hard is hard for it too), or the
 * unit of a regression's outcome. Open outcomes are taken to cost as much as known ones. Firing when that reaches `run_cost`
 * is the break-even rule of ski rental: who rents until the rent paid equals the price of skis never pays more than twice what he would,
 * had he known the future (Karlin, Manasse, Rudolph & Sleator, "Competitive snoopy caching", Algorithmica 1988). That retraining
 * should be decided by what staleness costs, not by drift, is argued by Žliobaitė, Budka & Stahl, "Towards cost-sensitive adaptation"
 * (Neurocomputing 2015) and Mahadevan & Mathioudakis, "Cost-aware retraining for machine learning" (Knowledge-Based Systems 2024).
 *
 * Only what is certain counts, so that noise does not add up: the sum is lowered by a bound that chance exceeds, at any time since
 * the last run, with probability `alpha` at most; half of that for the baseline's own error.
 */
export const stalenessCost = defineTrigger({
  name: 'staleness_cost',
  description: 'What the staleness of the champion has cost since the last run exceeds the cost of a run.',
  parseOptions: (raw) =>
    readOptions(raw, {
      price: { kind: 'number', required: true, least: 1e-12, most: 1e12 },
      run_cost: { kind: 'number', required: true, least: 1e-12, most: 1e12 },
      alpha: { kind: 'number', fallback: 0.05, least: 1e-9, most: 0.5 },
    }),
  async evaluate(context, { price, run_cost: runCost, alpha }) {
    const { champion, config, definition, retrainedSeq } = context;
    const matured = await context.matured();
    const rows = maturedRows(
      definition.task,
      matured.filter(({ prediction }) => prediction.seq > retrainedSeq),
    );
    const few = (reason: string) => insufficientData(reason, { threshold: runCost, n: rows.rows });
    if (rows.rows < config.min_new_predictions) {
      const told = count(rows.rows, 'matured prediction');
      return few(`Only ${told} since the last run; judging begins at ${config.min_new_predictions}.`);
    }
    const measure = measureOf(definition.task, rows, champion?.evaluation);
    if (!measure) return few('The champion has no evaluation that its answers could be compared with.');
    const { losses, name, baseline, baselineError } = measure;
    const { mean, deviation } = moments(losses);
    const n = losses.length;
    const noise = sumBound(n, deviation, alpha / 2) / n + normalQuantile(1 - alpha / 2) * baselineError;
    const excess = mean - baseline;
    const certain = Math.max(0, excess - noise);
    const predictions = await answersSince(context, rows.rows);
    const [cost, estimate] = [certain * predictions * price, Math.max(0, excess) * predictions * price];
    const fired = cost >= runCost;
    const loss = `${words[name]} is ${figure(mean)} on ${count(n, 'row')}, ${figure(baseline)} when the champion was evaluated`;
    return {
      verdict: fired ? 'fired' : 'clear',
      score: cost,
      threshold: runCost,
      n,
      reason: `Since the last run staleness has cost ${figure(cost)} for certain (estimate ${figure(estimate)}) of the ${figure(runCost)} that a run costs: ${loss}, over ${count(Math.round(predictions), 'prediction')}.`,
      evidence: {
        ...{ against: name, cost, estimated_cost: estimate, run_cost: runCost, price },
        ...{ loss: mean, baseline, excess, certain_excess: certain, rows: n, predictions, alpha },
      },
    };
  },
});

const words = {
  benchmark: "Log loss above the benchmark's",
  log_loss: 'Log loss',
  mae: 'The mean absolute error',
} as const;

function measureOf(task: Task, rows: MaturedRows, evaluation: Evaluation | undefined): Measure | undefined {
  if (!evaluation || !(evaluation.rows > 0)) return undefined;
  const { metrics, benchmark } = evaluation;
  if (task.kind === 'regression') {
    const [mae, rmse] = [metrics['mae'], metrics['rmse']];
    if (mae === undefined || rmse === undefined) return undefined;
    // The spread of the baseline's errors follows from its two figures: var |e| = rmse² − mae².
    const baselineError = Math.sqrt(Math.max(0, rmse * rmse - mae * mae) / evaluation.rows);
    return { name: 'mae', losses: absoluteErrors(rows.scores, rows.outcomes), baseline: mae, baselineError };
  }
  const excess = excessLogLoss(task.classes.length, rows.scores, rows.outcomes, rows.benchmark).filter(Number.isFinite);
  if (benchmark && excess.length > 0) {
    const baselineError = benchmark.deviation / Math.sqrt(benchmark.rows);
    return { name: 'benchmark', losses: excess, baseline: benchmark.excess, baselineError };
  }
  const promised = metrics['log_loss'];
  if (promised === undefined) return undefined;
  const losses = classificationRowValues('log_loss', task, rows.scores, rows.outcomes);
  // The evaluation keeps no spread of its log loss; that of today's rows stands for it.
  const baselineError = moments(losses).deviation / Math.sqrt(evaluation.rows);
  return { name: 'log_loss', losses, baseline: promised, baselineError };
}

/** Answers since the last run, with those whose outcome is open. */
async function answersSince(context: TriggerContext, rows: number): Promise<number> {
  if (rows >= newestRows) return Math.max(rows, context.predictionsSinceRetraining);
  const { predictions, matured } = await context.coverage();
  return matured > 0 ? (rows * predictions) / matured : rows;
}
