import { defineTrainer, unprocessable, type Dataset, type FitRequest, type FittedModel } from '@retrain/core';
import { setImmediate } from 'node:timers/promises';
import { softmaxRegressionModel } from '../onnx/linear-models.js';
import { fitLineage } from './fit-lineage.js';
import { minimise } from './lbfgs.js';
import { parseNumberOptions } from './options.js';
import { SoftmaxObjective, softmaxScores } from './softmax-objective.js';
import { measureStandardisation, spreadWeights, standardise } from './standardise.js';

/** Rows of which a trainer hands its own scores back, for the parity check. */
export const CHECK_ROWS = 1000;

const NAME = 'softmax_regression';

/**
 * Multinomial logistic regression on standardised features, missing values at the mean, fitted to its exact optimum.
 *
 * Minimises mean log loss + l2 / 2 x (sum of squared weights); intercepts are free. Because the loss is a mean, `l2` keeps
 * its meaning whatever the number of rows (scikit-learn's C is 1 / (l2 x rows)).
 * The seed changes nothing: there is no random choice.
 */
export const softmaxRegression = defineTrainer({
  name: NAME,
  description: 'Multinomial logistic regression with an L2 penalty, fitted by L-BFGS.',
  tasks: ['classification'],
  parseOptions: (raw) =>
    parseNumberOptions(
      NAME,
      {
        l2: { default: 0.1, minimum: 0, maximum: 1e6 },
        max_iterations: { default: 1000, minimum: 1, maximum: 100_000, integer: true },
        tolerance: { default: 1e-7, minimum: 1e-12, maximum: 0.1 },
      },
      raw,
    ),
  fit,
});

async function fit(request: FitRequest): Promise<FittedModel> {
  const { dataset, signal } = request;
  const { l2, max_iterations, tolerance } = request.options as Record<string, number>;
  const { classes, counts } = countClasses(dataset);
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
    l2: l2!,
  });
  const start = new Float64Array(objective.size);
  counts.forEach((count, index) => (start[classCount * columns + index] = Math.log(count / dataset.rows)));
  const progress = progressOf(tolerance!, (fraction) => request.onProgress(fraction));
  signal.throwIfAborted();
  const minimum = await minimise(objective, start, {
    tolerance: tolerance!,
    maxIterations: max_iterations!,
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
    },
  };
}

function countClasses({ task, outcomes, rows }: Dataset): { classes: readonly string[]; counts: number[] } {
  if (task.kind !== 'classification') {
    throw unprocessable('unsupported_task', `${NAME} predicts classes, not numbers; use linear_regression.`);
  }
  const counts = task.classes.map(() => 0);
  for (let row = 0; row < rows; row++) {
    const index = outcomes[row]!;
    if (counts[index] === undefined) {
      throw unprocessable(
        'invalid_outcome',
        `Row ${row + 1} has outcome ${index}; classes are 0 to ${counts.length - 1}.`,
      );
    }
    counts[index]++;
  }
  const absent = task.classes.filter((_, index) => counts[index] === 0);
  if (absent.length > 0) {
    throw unprocessable(
      'insufficient_data',
      `None of the ${rows} training rows has the outcome ${absent.join(' or ')}; every class needs at least one. Add data.`,
    );
  }
  return { classes: task.classes, counts };
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
