import { defineTrainer, type FitRequest, type FittedModel, type OptionsOf } from '@retrain/core';
import { neuralClassificationModel, neuralRegressionModel } from '../../onnx/neural-models.js';
import { CALIBRATION } from '../calibration/calibrate.js';
import { fitCalibrated } from '../calibration/fit-calibrated.js';
import { fitLineage } from '../fit-lineage.js';
import { readTrainerOptions } from '../options.js';
import { checkValues, countClasses } from '../outcomes.js';
import { WARM_START, warmStart } from '../warm-start.js';
import { fitNetwork, readNetwork, type NetworkRules } from './fit-network.js';

const NAME = 'mlp';

const RULES = {
  hidden: { kind: 'number', fallback: 32, least: 1, most: 1024, whole: true },
  learning_rate: { kind: 'number', fallback: 0.001, least: 1e-6, most: 1 },
  epochs: { kind: 'number', fallback: 50, least: 1, most: 10_000, whole: true },
  batch_size: { kind: 'number', fallback: 128, least: 1, most: 65_536, whole: true },
  l2: { kind: 'number', fallback: 0.02, least: 0, most: 1e3 },
  early_stopping: { kind: 'flag', fallback: true },
  holdout_share: { kind: 'number', fallback: 0.15, least: 0.01, most: 0.5 },
  patience: { kind: 'number', fallback: 5, least: 1, most: 10_000, whole: true },
  calibration: CALIBRATION,
  warm_start: WARM_START,
} as const;

type Options = OptionsOf<typeof RULES>;

/**
 * A network of one hidden layer with rectified units on standardised features, missing values at the mean, for classes and
 * numbers; trained by Adam in ONNX Runtime.
 *
 * Minimises mean log loss (or half the mean squared error of standardised values) + l2 / 2 x (sum of squared weights). With
 * early stopping the newest `holdout_share` of the rows say how many epochs are enough; then all rows are fitted with so
 * many. A warm start begins from the given model's weights when it has as many hidden units.
 */
export const mlp = defineTrainer({
  name: NAME,
  description: 'A small neural network of one hidden layer, trained by ONNX Runtime.',
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
  if (classes > 0) countClasses(NAME, dataset);
  else checkValues(NAME, dataset);
  signal.throwIfAborted();
  const warm = warmStart(NAME, request, (artifact) =>
    readNetwork(artifact, dataset.schema.features.length, options.hidden, Math.max(1, classes)),
  );
  const { model, calibration, check, diagnostics } = await fitCalibrated(request, {
    calibration: options.calibration,
    fit: async (rows, onProgress, whole) => {
      if (classes > 0) countClasses(NAME, rows);
      const initial = whole && warm.from ? { initial: warm.from } : {};
      return fitNetwork(rows, rulesOf(options), { seed: request.seed, signal, onProgress, ...initial });
    },
  });
  const network = { ...model.layers, lineage: fitLineage(NAME, request) };
  return {
    artifact: classes > 0 ? neuralClassificationModel(network, calibration) : neuralRegressionModel(network),
    check,
    diagnostics: { rows: dataset.rows, ...model.diagnostics, ...diagnostics, ...warm.diagnostics },
  };
}

function rulesOf(options: Options): NetworkRules {
  return {
    hidden: options.hidden,
    learningRate: options.learning_rate,
    epochs: options.epochs,
    batchSize: options.batch_size,
    l2: options.l2,
    ...(options.early_stopping ? { holdoutShare: options.holdout_share } : {}),
    patience: options.patience,
  };
}
