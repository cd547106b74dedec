import { DomainError, rowsBefore, slice, type Dataset, type JsonObject } from '@retrain/core';
import type { Calibration } from '../../onnx/classification-head.js';
import { logProbabilities } from '../probabilities.js';
import { fitCalibration, lossesOf, type CalibrationKind, type Predicted } from './fit-calibration.js';

/** Option of every trainer of classifications. */
export const CALIBRATION = { kind: 'choice', fallback: 'none', choices: ['none', 'temperature', 'auto'] } as const;

/** Models that are fitted to have predictions of unseen rows: each of the newer half's parts by a model of all rows before it. */
const FOLDS = 5;
/** A correction learned from fewer rows costs more than it brings. */
const LEAST_ROWS = 300;

export interface CalibrationRequest {
  readonly dataset: Dataset;
  readonly classes: number;
  readonly choice: (typeof CALIBRATION.choices)[number];
  /** Fits the very recipe on rows and returns what scores others: rows x classes, logarithms of probabilities up to a constant. */
  fit(rows: Dataset, fold: number): Promise<(rows: Dataset) => Float64Array>;
}

export interface Calibrated {
  /** Absent: the probabilities stay as they are. */
  readonly calibration?: Calibration;
  /** Goes into the fit's diagnostics; empty when nobody asked for a calibration. */
  readonly diagnostics: JsonObject;
}

/** Models that a calibration fits beside the final one. */
export function calibrationFits(choice: CalibrationRequest['choice']): number {
  return choice === 'none' ? 0 : FOLDS;
}

/**
 * The correction of a recipe's probabilities that earns its place, if one does.
 *
 * It is learned from predictions of rows that came after all that their model was fitted on, pooled over the folds, and kept
 * only if it lowers the log loss of folds it was not learned from by more than one standard error of the paired
 * differences. `auto` tries a temperature and a slope and offset per class, and keeps the better one.
 */
export async function calibrate(request: CalibrationRequest): Promise<Calibrated> {
  const { choice, classes } = request;
  if (choice === 'none') return { diagnostics: {} };
  const folds = await predictFolds(request);
  const pooled = pool(folds, classes);
  const rows = pooled.outcomes.length;
  if (folds.length < 2 || rows < LEAST_ROWS) {
    const reason = `${rows} rows in ${folds.length} folds are too few`;
    return { diagnostics: { calibration: { kept: 'none', reason } } };
  }
  const kinds: CalibrationKind[] = choice === 'auto' ? ['temperature', 'vector'] : ['temperature'];
  const tried: JsonObject[] = [];
  let best: { kind: CalibrationKind; gain: number } | undefined;
  for (const kind of kinds) {
    const { gain, standardError } = await gainOf(folds, classes, kind);
    tried.push({ kind, gain, standard_error: standardError });
    if (gain > standardError && gain > (best?.gain ?? 0)) best = { kind, gain };
  }
  const calibration = best && (await fitCalibration(pooled, best.kind));
  const kept: JsonObject = calibration ? { slopes: [...calibration.slopes], offsets: [...calibration.offsets] } : {};
  const told = { kept: calibration ? best!.kind : 'none', rows, tried, ...kept };
  return { ...(calibration ? { calibration } : {}), diagnostics: { calibration: told } };
}

async function predictFolds({ dataset, classes, fit }: CalibrationRequest): Promise<Predicted[]> {
  const { rows, times } = dataset;
  const edges = Array.from({ length: FOLDS + 1 }, (_, fold) => {
    const row = Math.floor((rows * (FOLDS + fold)) / (FOLDS * 2));
    // Rows of one instant stay together.
    return row >= rows ? rows : rowsBefore(dataset, times[row]!);
  });
  const folds: Predicted[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const [from, to] = [edges[fold]!, edges[fold + 1]!];
    if (from === 0 || from === to) continue;
    const score = await fitted(() => fit(slice(dataset, 0, from), fold));
    if (!score) continue;
    const unseen = slice(dataset, from, to);
    folds.push({ logProbabilities: logProbabilities(score(unseen), classes), outcomes: unseen.outcomes, classes });
  }
  return folds;
}

/** Undefined when the older rows are too few for the trainer (a class is missing among them, for example). */
async function fitted<T>(fit: () => Promise<T>): Promise<T | undefined> {
  try {
    return await fit();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'insufficient_data') return undefined;
    throw error;
  }
}

/** Mean fall of the log loss on each fold by a correction learned from the others, and its standard error. */
async function gainOf(folds: readonly Predicted[], classes: number, kind: CalibrationKind) {
  const differences: number[] = [];
  for (const fold of folds) {
    const calibration = await fitCalibration(
      pool(
        folds.filter((other) => other !== fold),
        classes,
      ),
      kind,
    );
    const [before, after] = [lossesOf(fold, undefined), lossesOf(fold, calibration)];
    before.forEach((loss, row) => differences.push(loss - after[row]!));
  }
  const n = differences.length;
  const gain = differences.reduce((sum, difference) => sum + difference / n, 0);
  const variance = differences.reduce((sum, difference) => sum + (difference - gain) ** 2 / (n - 1), 0);
  return { gain, standardError: Math.sqrt(variance / n) };
}

function pool(folds: readonly Predicted[], classes: number): Predicted {
  const join = (lists: readonly Float64Array[]) => Float64Array.from(lists.flatMap((list) => [...list]));
  return {
    logProbabilities: join(folds.map((fold) => fold.logProbabilities)),
    outcomes: join(folds.map((fold) => fold.outcomes)),
    classes,
  };
}
