import {
  checkProbabilities,
  classificationMetrics,
  estimatePerformance,
  expectedCalibrationError,
  mannWhitney,
  normalQuantile,
  regressionMetrics,
  type ClassificationTask,
} from '@retrain/core';
import { number, numbers, reason, value, type Fields, type Figures } from './figure.js';

const fewFigures = 'models are compared by log loss, Brier score, RPS, accuracy, ECE and macro F1';
const ranking =
  'of several classes, and precision by rank, say how well rows are ranked; probabilities are judged as such';

/** Figures of a classification, of two classes by the score of the second or of several by all their probabilities. */
export function classificationFigures({ y_true: truth, score, proba }: Fields): Figures {
  const outcomes = numbers(truth);
  const scores = proba === undefined ? ofTwo(numbers(score)) : numbers((proba as unknown[]).flat());
  const classes = scores.length / outcomes.length;
  const task: ClassificationTask = {
    kind: 'classification',
    classes: Array.from({ length: classes }, (_, index) => String(index)),
    ordered: true,
  };
  checkProbabilities(task, scores, outcomes);
  const metrics = classificationMetrics(task, scores, outcomes);
  const scoresOf = (wanted: number) =>
    [...outcomes.keys()].filter((row) => outcomes[row] === wanted).map((row) => scores[row * classes + classes - 1]!);
  const other = (names: readonly string[], why: string) => Object.fromEntries(names.map((name) => [name, reason(why)]));
  return {
    accuracy: value(metrics['accuracy']),
    log_loss: value(metrics['log_loss']),
    // scikit-learn's score of two classes counts one of them; ours is the sum over classes.
    brier: value(classes === 2 ? metrics['brier']! / 2 : metrics['brier']),
    rps: value(metrics['rps']),
    f1_macro: value(metrics['macro_f1']),
    ...other(['precision', 'recall', 'f1', 'specificity', 'balanced_accuracy', 'mcc', 'kappa'], fewFigures),
    ...other(['f1_weighted', 'precision_macro', 'recall_macro', 'confusion'], fewFigures),
    roc_auc: value(mannWhitney(scoresOf(0), scoresOf(1))?.auc),
    ...other(['average_precision', 'roc_auc_ovr_macro'], ranking),
  };
}

export function regressionFigures({ y_true: truth, y_pred: said }: Fields): Figures {
  const { mae, rmse, r2 } = regressionMetrics(numbers(said), numbers(truth));
  return {
    mae: value(mae),
    rmse: value(rmse),
    mse: value(rmse! * rmse!),
    r2: value(r2),
    ...Object.fromEntries(
      ['mape', 'medae', 'max_error', 'explained_variance'].map((name) => [
        name,
        reason('regressions are compared by MAE, RMSE and R²'),
      ]),
    ),
  };
}

export function calibrationErrorFigures({ y_true: truth, score }: Fields, { bins }: Fields): Figures {
  const used = bins === undefined ? undefined : number(bins);
  return { ece: value(expectedCalibrationError(numbers(score), numbers(truth), used)) };
}

/**
 * What the estimate without outcomes makes of calibrated probabilities. It always predicts the class that is the most
 * probable after calibration, so figures of other predictions are not its own.
 */
export function confidenceFigures({ calibrated, y_pred: said }: Fields): Figures {
  const sure = numbers(calibrated);
  const rows = sure.length;
  const baseline = { rows: 1, power: 1, accuracyGap: 0, accuracyDeviation: 0, logLossDeviation: 0 };
  const { accuracy } = estimatePerformance(2, ofTwo(sure), baseline)!;
  const half = (accuracy.interval[1] - accuracy.value) / normalQuantile(0.975);
  const other = numbers(said).filter((one, row) => one !== (sure[row]! > 0.5 ? 1 : 0)).length;
  const changed = `in ${other} of ${rows} rows the case predicts a class that is not the most probable after its calibration; ours never reorders classes`;
  const missing = reason('accuracy and log loss are estimated, with an interval; a confusion matrix is not');
  return {
    accuracy: other > 0 ? reason(changed) : value(accuracy.value),
    accuracy_exact_variance: value(half * half),
    ...Object.fromEntries(
      ['TP', 'FP', 'FN', 'TN', 'precision', 'recall', 'specificity', 'f1', 'roc_auc'].map((name) => [name, missing]),
    ),
  };
}

function ofTwo(second: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * second.length }, (_, index) =>
    index % 2 === 0 ? 1 - second[index >> 1]! : second[index >> 1]!,
  );
}
