import {
  defineTrainer,
  slice,
  unprocessable,
  type Dataset,
  type FitRequest,
  type FittedModel,
  type JsonObject,
  type OptionsOf,
} from '@retrain/core';
import { setImmediate } from 'node:timers/promises';
import { readEnsemble, treeClassificationModel, treeRegressionModel, type Ensemble } from '../../onnx/tree-models.js';
import { CALIBRATION } from '../calibration/calibrate.js';
import { fitCalibrated } from '../calibration/fit-calibrated.js';
import { fitLineage } from '../fit-lineage.js';
import { holdoutEdge } from '../holdout.js';
import { readTrainerOptions } from '../options.js';
import { checkValues, countClasses } from '../outcomes.js';
import { WARM_START, warmStart } from '../warm-start.js';
import { boost, ensembleScores, type Boosted, type Boosting, type BoostRules } from './boost.js';
import { lossOf } from './losses.js';

const NAME = 'hist_gradient_boosting';

const RULES = {
  learning_rate: { kind: 'number', fallback: 0.05, least: 1e-4, most: 1 },
  max_iterations: { kind: 'number', fallback: 400, least: 1, most: 10_000, whole: true },
  max_leaf_nodes: { kind: 'number', fallback: 8, least: 2, most: 1024, whole: true },
  max_depth: { kind: 'number', least: 1, most: 64, whole: true },
  min_samples_leaf: { kind: 'number', fallback: 40, least: 1, most: 1e6, whole: true },
  l2: { kind: 'number', fallback: 1, least: 0, most: 1e6 },
  max_bins: { kind: 'number', fallback: 255, least: 2, most: 255, whole: true },
  row_share: { kind: 'number', fallback: 1, least: 0.01, most: 1 },
  column_share: { kind: 'number', fallback: 1, least: 0.01, most: 1 },
  early_stopping: { kind: 'flag', fallback: true },
  holdout_share: { kind: 'number', fallback: 0.15, least: 0.01, most: 0.5 },
  patience: { kind: 'number', fallback: 20, least: 1, most: 10_000, whole: true },
  calibration: CALIBRATION,
  warm_start: WARM_START,
  warm_iterations: { kind: 'number', fallback: 50, least: 1, most: 10_000, whole: true },
} as const;

type Options = OptionsOf<typeof RULES>;

/**
 * Gradient boosting of trees on histograms, for classes and numbers; missing values go where they fit best.
 *
 * With early stopping the newest `holdout_share` of the rows say how many iterations are enough; then all rows are fitted
 * with so many. A warm start adds at most `warm_iterations` to the trees of the given model, and begins anew once that
 * holds more than twice `max_iterations`, so that models do not grow for ever.
 */
export const histGradientBoosting = defineTrainer({
  name: NAME,
  description: 'Gradient boosting of decision trees on histograms, with early stopping.',
  tasks: ['classification', 'regression'],
  stateless: true,
  version: '1',
  parseOptions: (raw) => readTrainerOptions(NAME, RULES, raw),
  fit,
});

async function fit(request: FitRequest): Promise<FittedModel> {
  const { dataset, signal } = request;
  const options = request.options as Options;
  const { task } = dataset;
  const classes = task.kind === 'classification' ? task.classes.length : 0;
  const outputs = lossOf(classes).outputs;
  checkRows(dataset, classes, options.min_samples_leaf);
  signal.throwIfAborted();
  const warm = warmStart(NAME, request, (artifact) => {
    const ensemble = readEnsemble(artifact, outputs);
    if (ensemble && ensemble.trees.length > 2 * options.max_iterations * outputs) {
      throw new Error(`the given model has more than twice max_iterations (${options.max_iterations}); begun anew`);
    }
    return ensemble;
  });
  const { model, calibration, check, diagnostics } = await fitCalibrated(request, {
    calibration: options.calibration,
    fit: async (rows, onProgress, whole) => {
      const fitted = await fitEnsemble(request, rows, classes, whole ? warm.from : undefined, onProgress);
      return { ...fitted, score: (unseen) => scoresOf(fitted.ensemble, unseen, classes) };
    },
  });
  const trees = { ensemble: model.ensemble, width: dataset.schema.features.length, lineage: fitLineage(NAME, request) };
  return {
    artifact: classes > 0 ? treeClassificationModel(trees, classes, calibration) : treeRegressionModel(trees),
    check,
    diagnostics: { rows: dataset.rows, ...model.diagnostics, ...diagnostics, ...warm.diagnostics },
  };
}

/** Scores per class, rows x classes, or the values. Of two classes the first has score 0. */
function scoresOf(ensemble: Ensemble, dataset: Dataset, classes: number): Float64Array {
  const scores = ensembleScores(ensemble, dataset);
  if (classes !== 2) return scores;
  return Float64Array.from({ length: dataset.rows * 2 }, (_, index) => (index % 2 === 0 ? 0 : scores[index >>> 1]!));
}

async function fitEnsemble(
  request: FitRequest,
  dataset: Dataset,
  classes: number,
  initial: Ensemble | undefined,
  onProgress: (fraction: number) => void,
): Promise<{ ensemble: Ensemble; diagnostics: JsonObject }> {
  const options = request.options as Options;
  checkRows(dataset, classes, options.min_samples_leaf);
  const iterations = initial ? options.warm_iterations : options.max_iterations;
  const edge = options.early_stopping
    ? holdoutEdge(dataset, options.holdout_share, 2 * options.min_samples_leaf)
    : undefined;
  const run = (rows: Dataset, most: number, from: number, to: number, holdout?: Boosting['holdout']) =>
    boost({
      dataset: rows,
      loss: lossOf(classes),
      rules: rulesOf(options),
      iterations: most,
      seed: request.seed,
      ...(initial ? { initial } : {}),
      ...(holdout ? { holdout } : {}),
      afterTree: async (iteration) => {
        onProgress(from + ((to - from) * iteration) / most);
        await setImmediate();
        request.signal.throwIfAborted();
      },
    });
  let stopped: Boosted | undefined;
  if (edge !== undefined) {
    const holdout = { dataset: slice(dataset, edge, dataset.rows), patience: options.patience };
    stopped = await run(slice(dataset, 0, edge), iterations, 0, 0.5, holdout);
  }
  const {
    ensemble,
    loss,
    iterations: added,
  } = await run(dataset, Math.max(stopped?.iterations ?? iterations, initial ? 0 : 1), stopped ? 0.5 : 0, 1);
  const early: JsonObject = stopped
    ? { holdout_rows: dataset.rows - edge!, holdout_loss: stopped.holdoutLoss! }
    : options.early_stopping
      ? { early_stopping: 'too few rows to hold some out' }
      : {};
  return { ensemble, diagnostics: { iterations: added, trees: ensemble.trees.length, loss, ...early } };
}

function rulesOf(options: Options): BoostRules {
  return {
    learningRate: options.learning_rate,
    maxLeafNodes: options.max_leaf_nodes,
    maxDepth: (options['max_depth'] as number | undefined) ?? Infinity,
    minSamplesLeaf: options.min_samples_leaf,
    l2: options.l2,
    maxBins: options.max_bins,
    rowShare: options.row_share,
    columnShare: options.column_share,
  };
}

function checkRows(dataset: Dataset, classes: number, minSamplesLeaf: number): void {
  if (classes > 0) countClasses(NAME, dataset);
  else checkValues(NAME, dataset);
  if (dataset.rows >= 2 * minSamplesLeaf) return;
  throw unprocessable(
    'insufficient_data',
    `${dataset.rows} rows do not fill two leaves of ${minSamplesLeaf}; add data or lower min_samples_leaf.`,
  );
}
