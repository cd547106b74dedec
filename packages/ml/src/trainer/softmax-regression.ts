import { defineTrainer, slice, type Dataset, type FitRequest, type FittedModel, type OptionsOf } from '@retrain/core';
import { setImmediate } from 'node:timers/promises';
import { LINEAR_CONSTANTS, softmaxRegressionModel } from '../onnx/linear-models.js';
import { readConstants } from '../onnx/read-constants.js';
import { CALIBRATION, calibrate, calibrationFits } from './calibration/calibrate.js';
import { CHECK_ROWS } from './check-rows.js';
import { fitLineage } from './fit-lineage.js';
import { minimise, type Minimum } from './lbfgs.js';
import { readTrainerOptions } from './options.js';
import { countClasses } from './outcomes.js';
import { probabilitiesOf } from './probabilities.js';
import { progressWithin } from './progress.js';
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
  parseOptions: (raw) => readTrainerOptions(NAME, RULES, raw),
  fit,
});

async function fit(request: FitRequest): Promise<FittedModel> {
  const { dataset } = request;
  const { calibration: choice } = request.options as Options;
  const classCount = countClasses(NAME, dataset).classes.length;
  const fits = calibrationFits(choice) + 1;
  const part = (index: number) =>
    progressWithin((fraction) => request.onProgress(fraction), index / fits, (index + 1) / fits);
  const calibrated = await calibrate({
    dataset,
    classes: classCount,
    choice,
    fit: async (rows, fold) => {
      const weights = await fitWeights(request, rows, part(fold));
      return (unseen) => scoresOf(weights, unseen, classCount);
    },
  });
  const warm = warmStart(NAME, request, (artifact) => readLinearModel(artifact, dataset, classCount));
  const weights = await fitWeights(request, dataset, part(fits - 1), warm.from);
  request.onProgress(1);
  const rows = Math.min(dataset.rows, CHECK_ROWS);
  const width = dataset.schema.features.length;
  const { standardisation, minimum } = weights;
  const { used } = standardisation;
  const model = {
    standardisation,
    weights: spreadWeights(minimum.point.subarray(0, classCount * used.length), classCount, width, used),
    intercepts: minimum.point.slice(classCount * used.length),
    lineage: fitLineage(NAME, request),
  };
  const scores = scoresOf(weights, slice(dataset, 0, rows), classCount);
  return {
    artifact: softmaxRegressionModel(model, calibrated.calibration),
    check: { rows, scores: probabilitiesOf(scores, classCount, calibrated.calibration) },
    diagnostics: {
      rows: dataset.rows,
      features_used: used.length,
      objective: minimum.value,
      gradient_norm: minimum.gradientNorm,
      iterations: minimum.iterations,
      evaluations: minimum.evaluations,
      converged: minimum.converged,
      ...calibrated.diagnostics,
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
  initial?: EarlierModel,
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

interface EarlierModel {
  readonly means: Float32Array;
  readonly scales: Float32Array;
  readonly weights: Float32Array;
  readonly intercepts: Float32Array;
}

/** Undefined when the artifact lacks one of its constants. */
function readLinearModel(artifact: Uint8Array, { schema }: Dataset, classCount: number): EarlierModel | undefined {
  const constants = readConstants(artifact);
  const [means, scales, weights, intercepts] = LINEAR_CONSTANTS.map((name) => constants.get(name));
  const width = schema.features.length;
  if (means?.length !== width || scales?.length !== width || weights?.length !== classCount * width) return undefined;
  return intercepts?.length === classCount ? { means, scales, weights, intercepts } : undefined;
}

/** The weights of an earlier fit in the scale of this one: the same scores wherever nothing is missing. */
function restated({ means, scales, weights, intercepts }: EarlierModel, now: Standardisation): Float64Array {
  const width = means.length;
  const columns = now.used.length;
  const point = new Float64Array(intercepts.length * (columns + 1));
  intercepts.forEach((earlier, c) => {
    let intercept = earlier;
    for (let column = 0; column < width; column++) {
      intercept += (weights[c * width + column]! / scales[column]!) * (now.means[column]! - means[column]!);
    }
    now.used.forEach((column, index) => {
      point[c * columns + index] = (weights[c * width + column]! / scales[column]!) * now.scales[column]!;
    });
    point[intercepts.length * columns + c] = intercept;
  });
  return point;
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
