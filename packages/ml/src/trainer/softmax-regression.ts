import { defineTrainer, type FitRequest, type FittedModel, type OptionsOf } from '@retrain/core';
import { setImmediate } from 'node:timers/promises';
import { LINEAR_CONSTANTS, softmaxRegressionModel } from '../onnx/linear-models.js';
import { readConstants } from '../onnx/read-constants.js';
import { CHECK_ROWS } from './check-rows.js';
import { fitLineage } from './fit-lineage.js';
import { minimise } from './lbfgs.js';
import { readTrainerOptions } from './options.js';
import { countClasses } from './outcomes.js';
import { SoftmaxObjective, softmaxScores } from './softmax-objective.js';
import { measureStandardisation, spreadWeights, standardise, type Standardisation } from './standardise.js';
import { WARM_START, warmStart } from './warm-start.js';

const NAME = 'softmax_regression';

const RULES = {
  l2: { kind: 'number', fallback: 0.1, least: 0, most: 1e6 },
  max_iterations: { kind: 'number', fallback: 1000, least: 1, most: 100_000, whole: true },
  tolerance: { kind: 'number', fallback: 1e-7, least: 1e-12, most: 0.1 },
  warm_start: WARM_START,
} as const;

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
  const { dataset, signal } = request;
  const { l2, max_iterations, tolerance } = request.options as OptionsOf<typeof RULES>;
  const { classes, counts } = countClasses(NAME, dataset);
  const standardisation = measureStandardisation(dataset);
  const columns = standardisation.used.length;
  const classCount = classes.length;
  const matrix = standardise(dataset, dataset.rows, standardisation);
  const objective = new SoftmaxObjective({
    matrix,
    rows: dataset.rows,
    columns,
    classes: dataset.outcomes,
    classCount,
    l2,
  });
  const shares = new Float64Array(objective.size);
  counts.forEach((count, index) => (shares[classCount * columns + index] = Math.log(count / dataset.rows)));
  const warm = warmStart(NAME, request, (artifact) => earlierWeights(artifact, classCount, standardisation));
  const progress = progressOf(tolerance, (fraction) => request.onProgress(fraction));
  signal.throwIfAborted();
  const minimum = await minimise(objective, warm.from ?? shares, {
    tolerance,
    maxIterations: max_iterations,
    afterIteration: async (gradientNorm) => {
      progress(gradientNorm);
      await setImmediate();
      signal.throwIfAborted();
    },
  });
  request.onProgress(1);
  const rows = Math.min(dataset.rows, CHECK_ROWS);
  const width = dataset.schema.features.length;
  return {
    artifact: softmaxRegressionModel({
      standardisation,
      weights: spreadWeights(minimum.point.subarray(0, classCount * columns), classCount, width, standardisation.used),
      intercepts: minimum.point.slice(classCount * columns),
      lineage: fitLineage(NAME, request),
    }),
    check: { rows, scores: softmaxScores(matrix, rows, columns, minimum.point, classCount) },
    diagnostics: {
      rows: dataset.rows,
      features_used: columns,
      objective: minimum.value,
      gradient_norm: minimum.gradientNorm,
      iterations: minimum.iterations,
      evaluations: minimum.evaluations,
      converged: minimum.converged,
      ...warm.diagnostics,
    },
  };
}

/**
 * The weights of an earlier fit in the scale of this one: the same scores wherever nothing is missing.
 *
 * @returns classes x used weights, then the intercepts; undefined when the artifact lacks one of its constants.
 */
function earlierWeights(artifact: Uint8Array, classCount: number, now: Standardisation): Float64Array | undefined {
  const constants = readConstants(artifact);
  const [means, scales, weights, intercepts] = LINEAR_CONSTANTS.map((name) => constants.get(name));
  const width = now.means.length;
  if (means?.length !== width || scales?.length !== width || weights?.length !== classCount * width) return undefined;
  if (intercepts?.length !== classCount) return undefined;
  const columns = now.used.length;
  const point = new Float64Array(classCount * (columns + 1));
  for (let c = 0; c < classCount; c++) {
    let intercept = intercepts[c]!;
    for (let column = 0; column < width; column++) {
      const slope = weights[c * width + column]! / scales[column]!;
      intercept += slope * (now.means[column]! - means[column]!);
    }
    now.used.forEach((column, index) => {
      point[c * columns + index] = (weights[c * width + column]! / scales[column]!) * now.scales[column]!;
    });
    point[classCount * columns + c] = intercept;
  }
  return point.every(Number.isFinite) ? point : undefined;
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
