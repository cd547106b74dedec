import { slice, type Dataset, type FitRequest, type FittedModel, type JsonObject } from '@retrain/core';
import type { Calibration } from '../../onnx/classification-head.js';
import { CHECK_ROWS } from '../check-rows.js';
import { probabilitiesOf } from '../probabilities.js';
import { progressWithin } from '../progress.js';
import { calibrate, calibrationFits, type Calibrated, type CalibrationRequest } from './calibrate.js';

/** What a fit of any rows gives. */
export interface Scoring {
  /** Scores of any rows: rows x classes, logarithms of probabilities up to a constant; of numbers the values. */
  score(rows: Dataset): Float64Array;
}

export interface Recipe<Model extends Scoring> {
  /** Of classes; numbers are never calibrated. */
  readonly calibration: CalibrationRequest['choice'];
  /**
   * Fits the rows given.
   * @param whole whether these are all rows: the fit that is kept, and may begin warm. The others begin cold, so that they
   *   know nothing of the rows that they are judged by.
   */
  fit(rows: Dataset, onProgress: (fraction: number) => void, whole: boolean): Promise<Model>;
}

export interface CalibratedFit<Model extends Scoring> {
  readonly model: Model;
  /** Absent: the probabilities stay as they are. */
  readonly calibration?: Calibration;
  readonly check: FittedModel['check'];
  /** Of the calibration; empty when nobody asked for one. */
  readonly diagnostics: JsonObject;
}

/** Fits what a calibration asks for, then all rows; tells progress as the share of all these fits. */
export async function fitCalibrated<Model extends Scoring>(
  request: FitRequest,
  recipe: Recipe<Model>,
): Promise<CalibratedFit<Model>> {
  const { dataset } = request;
  const { task } = dataset;
  const classes = task.kind === 'classification' ? task.classes.length : 0;
  const choice = classes > 0 ? recipe.calibration : 'none';
  const fits = calibrationFits(choice) + 1;
  const part = (index: number) =>
    progressWithin((fraction) => request.onProgress(fraction), index / fits, (index + 1) / fits);
  const calibrated: Calibrated = await calibrate({
    dataset,
    classes,
    choice,
    fit: async (rows, fold) => {
      const model = await recipe.fit(rows, part(fold), false);
      return (unseen) => model.score(unseen);
    },
  });
  const model = await recipe.fit(dataset, part(fits - 1), true);
  request.onProgress(1);
  const rows = Math.min(dataset.rows, CHECK_ROWS);
  const scores = model.score(slice(dataset, 0, rows));
  const probabilities = () => probabilitiesOf(scores, classes, calibrated.calibration);
  return { model, ...calibrated, check: { rows, scores: classes > 0 ? probabilities() : scores } };
}
