import { defineTrainer, type Dataset, type FitRequest, type FittedModel, type OptionsOf } from '@retrain/core';
import { setImmediate } from 'node:timers/promises';
import { softmaxRegressionModel } from '../onnx/linear-models.js';
import { CALIBRATION } from './calibration/calibrate.js';
import { fitCalibrated } from './calibration/fit-calibrated.js';
import { readEarlierLinear, restated, type EarlierLinear } from './earlier-linear.js';
import { fitLineage } from './fit-lineage.js';
import { minimise, type Minimum } from './lbfgs.js';
import { readTrainerOptions } from './options.js';
import { countClasses } from './outcomes.js';
import { linearScores, SoftmaxObjective } from './softmax-objective.js';
import { measureStandardisation, spreadWeights, standardise, type Standardisation } from './standardise.js';
import { WARM_START, warmStart } from './warm-start.js';

const NAME = 'softmax_regression';

const RULES = {
  l2: { kind: 'number', fallback: 0.1, least: 0, most: 1e6 },
  max_iterations: { kind: 'number', fallback: 1000, least: 1, most: 100_000, whole: true },
  tolerance: { kind: 'number', fallback: 1e-7, least: 1e-12, most: 0.1 },
  calibration: CALIBRATION,
  warm_start: WARM_START,
} as const;

type Options = OptionsOf<typeof RULES>;

/**
 * Multinomial logistic regression on standardised features, missing values at the mean, fitted to its exact optimum.
 *
 * Minimises mean log loss + l2 / 2 x (sum of squared weights); intercepts are free. Because the loss is a mean, `l2` keeps
 * its meaning whatever the number of rows (scikit-learn's C is 1 / (l2 x rows)).
 * The seed changes nothing: there is no random choice. A warm start saves iterations and ends at the same optimum.
 */
export const softmaxRegression = defineTrainer({
  name: NAME,
  description: 'Multinomial logistic regression with an L2 penalty, fitted by L-BFGS.',
  tasks: ['classification'],
  stateless: true,
  version: '1',
  parseOptions: (raw) => readTrainerOptions(NAME, RULES, raw),
  fit,
});

async function fit(request: FitRequest): Promise<FittedModel> {
  const { dataset } = request;
  const options = request.options as Options;
  const classCount = countClasses(NAME, dataset).classes.length;
  const warm = warmStart(NAME, request, (artifact) =>
    readEarlierLinear(artifact, dataset.schema.features.length, classCount),
  );
  const {
    model: weights,
    calibration,
    check,
    diagnostics,
  } = await fitCalibrated(request, {
    calibration: options.calibration,
    fit: async (rows, onProgress, whole) => {
      const fitted = await fitWeights(request, rows, onProgress, whole ? warm.from : undefined);
      return { ...fitted, score: (unseen) => scoresOf(fitted, unseen, classCount) };
    },
  });
  const width = dataset.schema.features.length;
  const { standardisation, minimum } = weights;
  const { used } = standardisation;
  const model = {
    standardisation,
    weights: spreadWeights(minimum.point.subarray(0, classCount * used.length), classCount, width, used),
    intercepts: minimum.point.slice(classCount * used.length),
    lineage: fitLineage(NAME, request),
  };
  return {
    artifact: softmaxRegressionModel(model, calibration),
    check,
    diagnostics: {
      rows: dataset.rows,
      features_used: used.length,
      objective: minimum.value,
      gradient_norm: minimum.gradientNorm,
      iterations: minimum.iterations,
      evaluations: minimum.evaluations,
      converged: minimum.converged,
      ...diagnostics,
      ...warm.diagnostics,
    },
  };
}

interface Weights {
  readonly standardisation: Standardisation;
  /** Its point: classes x used weights, then the intercepts. */
  readonly minimum: Minimum;
}

async function fitWeights(
  { options, signal }: FitRequest,
  dataset: Dataset,
  onProgress: (fraction: number) => void,
  initial?: EarlierLinear,
): Promise<Weights> {
  const { l2, max_iterations, tolerance } = options as Options;
  const { classes, counts } = countClasses(NAME, dataset);
  const standardisation = measureStandardisation(dataset);
  const columns = standardisation.used.length;
  const objective = new SoftmaxObjective({
    matrix: standardise(dataset, dataset.rows, standardisation),
    rows: dataset.rows,
    columns,
    classes: dataset.outcomes,
    classCount: classes.length,
    l2,
  });
  let start = initial && restated(initial, standardisation);
  if (!start) {
    start = new Float64Array(objective.size);
    start.set(
      counts.map((count) => Math.log(count / dataset.rows)),
      classes.length * columns,
    );
  }
  const progress = progressOf(tolerance, onProgress);
  signal.throwIfAborted();
  const minimum = await minimise(objective, start, {
    tolerance,
    maxIterations: max_iterations,
    afterIteration: async (gradientNorm) => {
      progress(gradientNorm);
      await setImmediate();
      signal.throwIfAborted();
    },
  });
  return { standardisation, minimum };
}

/** Scores per class of any rows: rows x classes. */
function scoresOf({ standardisation, minimum }: Weights, rows: Dataset, classCount: number): Float64Array {
  const matrix = standardise(rows, rows.rows, standardisation);
  return linearScores(matrix, rows.rows, standardisation.used.length, minimum.point, classCount);
}

/** Progress of a search whose gradient shrinks from its first size to the tolerance, judged on a log scale. */
function progressOf(tolerance: number, report: (fraction: number) => void): (gradientNorm: number) => void {
  let first: number | undefined;
  let reported = 0;
  return (gradientNorm) => {
    first ??= Math.max(gradientNorm, tolerance * 10);
    const fraction = Math.log(first / Math.max(gradientNorm, tolerance)) / Math.log(first / tolerance);
    if (fraction <= reported) return;
    reported = Math.min(fraction, 1);
    report(reported);
  };
}
