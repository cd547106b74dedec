import type { Dataset } from '@retrain/core';
import type { Ensemble, Tree } from '../../onnx/tree-models.js';
import { chooseSome, randomNumbers } from '../random.js';
import { binFeatures, type Binned } from './binning.js';
import { TreeGrower, type GrowthRules } from './grow-tree.js';
import type { Loss, Scores } from './losses.js';
import { addScores } from './tree.js';
import { RowWeights } from './weights.js';

export interface BoostRules extends GrowthRules {
  readonly maxBins: number;
  /** Shares of the rows and of the features that each tree is grown on, above 0 and up to 1. */
  readonly rowShare: number;
  readonly columnShare: number;
}

export interface Boosting {
  /** Rows to fit; outcomes checked. */
  readonly dataset: Dataset;
  readonly loss: Loss;
  readonly rules: BoostRules;
  /** At most so many iterations are added. */
  readonly iterations: number;
  /** Begins from this model rather than from the outcomes' mean. */
  readonly initial?: Ensemble;
  readonly seed: number;
  /** Later rows to stop by: no better on them for `patience` iterations. */
  readonly holdout?: { readonly dataset: Dataset; readonly patience: number };
  /** After every tree; what it throws ends the fit. */
  afterTree(iteration: number): Promise<void>;
}

export interface Boosted {
  readonly ensemble: Ensemble;
  /** Iterations that were added and kept: with a holdout those until its least loss. */
  readonly iterations: number;
  /** Mean loss on the fitted rows after the last iteration. */
  readonly loss: number;
  /** Least mean loss on the holdout. */
  readonly holdoutLoss?: number;
}

/** An iteration must lower the holdout's loss by this share to count as better. */
const LEAST_IMPROVEMENT = 1e-5;

/**
 * Gradient boosting of regression trees on histograms (Friedman 2001; Ke et al. 2017), by second-order steps.
 *
 * Sums are exact (see RowWeights) and every random choice follows from the seed: equal requests give equal trees. Ends
 * early when no tree finds a split any more.
 */
export async function boost(boosting: Boosting): Promise<Boosted> {
  const { dataset, loss, rules, initial, holdout, iterations } = boosting;
  const binned = binFeatures(dataset, rules.maxBins);
  const base = initial?.base ?? loss.base(dataset.outcomes);
  const before = initial?.trees ?? [];
  const fitted = new Scored(dataset, base, before);
  const judged = holdout && new Scored(holdout.dataset, base, before);
  const step = new BoostingStep(boosting, binned, fitted);
  const added: Tree[] = [];
  let best = { iterations: 0, loss: judged ? loss.mean(judged.scores, judged.dataset.outcomes) : Infinity };
  let done = 0;
  while (done < iterations) {
    const trees = await step.next(done);
    if (trees.every(({ feature }) => feature.length === 1)) break;
    added.push(...trees);
    done++;
    if (!judged || !holdout) continue;
    judged.add(trees);
    const now = loss.mean(judged.scores, judged.dataset.outcomes);
    if (now < best.loss * (1 - LEAST_IMPROVEMENT)) best = { iterations: done, loss: now };
    else if (done - best.iterations >= holdout.patience) break;
  }
  const kept = judged ? best.iterations : done;
  return {
    ensemble: { base, trees: [...before, ...added.slice(0, kept * loss.outputs)] },
    iterations: kept,
    loss: loss.mean(fitted.scores, dataset.outcomes),
    ...(judged ? { holdoutLoss: best.loss } : {}),
  };
}

/** Scores of a model for all rows of a dataset, rows x outputs, row-major. */
export function ensembleScores({ base, trees }: Ensemble, dataset: Dataset): Float64Array {
  const { scores } = new Scored(dataset, base, trees);
  const outputs = base.length;
  return Float64Array.from(
    { length: dataset.rows * outputs },
    (_, index) => scores[index % outputs]![Math.floor(index / outputs)]!,
  );
}

/** A dataset with the present scores of its rows. */
class Scored {
  readonly scores: Scores;

  constructor(
    readonly dataset: Dataset,
    base: Float64Array,
    trees: readonly Tree[],
  ) {
    this.scores = Array.from(base, (score) => new Float64Array(dataset.rows).fill(score));
    this.add(trees);
  }

  add(trees: readonly Tree[]): void {
    const { features, rows, schema } = this.dataset;
    const outputs = this.scores.length;
    trees.forEach((tree, index) =>
      addScores(tree, features, schema.features.length, 0, rows, this.scores[index % outputs]!),
    );
  }
}

/** Grows the trees of an iteration and moves the scores of the fitted rows. */
class BoostingStep {
  private readonly weights: RowWeights;
  private readonly grower: TreeGrower;
  private readonly random: () => number;
  private readonly everyRow: Int32Array;
  private readonly everyColumn: Int32Array;
  private readonly rows: Int32Array;

  constructor(
    private readonly boosting: Boosting,
    private readonly binned: Binned,
    private readonly fitted: Scored,
  ) {
    const { rows } = binned;
    this.weights = new RowWeights(rows, boosting.loss.largestHessian);
    this.grower = new TreeGrower(binned, this.weights, boosting.rules);
    this.random = randomNumbers(boosting.seed);
    this.everyRow = Int32Array.from({ length: rows }, (_, row) => row);
    this.everyColumn = Int32Array.from({ length: binned.used.length }, (_, column) => column);
    this.rows = new Int32Array(rows);
  }

  async next(iteration: number): Promise<Tree[]> {
    const { loss, dataset, rules } = this.boosting;
    const { scores } = this.fitted;
    const trees: Tree[] = [];
    const sampled = rules.rowShare < 1;
    const chosen = sampled ? this.choose(this.binned.rows, rules.rowShare) : this.everyRow;
    loss.measure(scores, dataset.outcomes, this.weights);
    for (let output = 0; output < loss.outputs; output++) {
      loss.fill(output, scores, dataset.outcomes, this.weights);
      const columns =
        rules.columnShare < 1 ? this.choose(this.binned.used.length, rules.columnShare) : this.everyColumn;
      const rows = this.rows.subarray(0, chosen.length);
      rows.set(chosen);
      const own = scores[output]!;
      const tree = this.grower.grow(rows, columns, (value, from, to) => {
        if (!sampled) addValue(own, rows, value, from, to);
      });
      // Rows outside the sample move too.
      if (sampled) addScores(tree, dataset.features, dataset.schema.features.length, 0, dataset.rows, own);
      trees.push(tree);
      await this.boosting.afterTree(iteration);
    }
    return trees;
  }

  private choose(from: number, share: number): Int32Array {
    return chooseSome(from, Math.max(1, Math.round(from * share)), this.random);
  }
}

function addValue(scores: Float64Array, rows: Int32Array, value: number, from: number, to: number): void {
  for (let index = from; index < to; index++) scores[rows[index]!]! += value;
}
