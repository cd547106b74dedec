import type { Calibration } from '../../onnx/classification-head.js';
import { minimise, type Objective } from '../lbfgs.js';
import { normalise } from '../probabilities.js';

/** What calibrations are fitted on: predictions of rows that their model had not seen. */
export interface Predicted {
  /** rows x classes, row-major. */
  readonly logProbabilities: Float64Array;
  /** Class index of each row. */
  readonly outcomes: Float64Array;
  readonly classes: number;
}

export type CalibrationKind = 'temperature' | 'vector';

/** Pulls slopes to 1 and offsets to 0; large enough to tell equal answers apart, too small to be seen. */
const RIDGE = 1e-4;

/**
 * The correction with the least log loss: one slope for all (temperature; Guo et al. 2017), or a slope and an offset per
 * class (vector scaling).
 *
 * @returns float32 numbers; undefined when a slope would not be positive: the order of the probabilities would turn round.
 */
export async function fitCalibration(predicted: Predicted, kind: CalibrationKind): Promise<Calibration | undefined> {
  const { classes } = predicted;
  const objective = new CalibrationObjective(predicted, kind);
  const start = new Float64Array(objective.size).fill(1, 0, kind === 'temperature' ? 1 : classes);
  const { point } = await minimise(objective, start, { tolerance: 1e-7, maxIterations: 200 });
  const { slopes, offsets } = objective.calibration(point.map(Math.fround));
  return slopes.every((slope) => slope > 0) ? { slopes, offsets } : undefined;
}

/** Log loss of each row: with the correction, or as predicted. */
export function lossesOf(
  { logProbabilities, outcomes, classes }: Predicted,
  calibration: Calibration | undefined,
): Float64Array {
  const row = new Float64Array(classes);
  return outcomes.map((outcome, index) => {
    const at = index * classes;
    if (!calibration) return -logProbabilities[at + outcome]!;
    for (let c = 0; c < classes; c++)
      row[c] = logProbabilities[at + c]! * calibration.slopes[c]! + calibration.offsets[c]!;
    const score = row[outcome]!;
    return normalise(row) - score;
  });
}

/** Variables: the one slope; or a slope per class, then an offset per class. */
class CalibrationObjective implements Objective {
  readonly size: number;

  constructor(
    private readonly predicted: Predicted,
    private readonly kind: CalibrationKind,
  ) {
    this.size = kind === 'temperature' ? 1 : predicted.classes * 2;
  }

  calibration(point: Float64Array): Calibration {
    const { classes } = this.predicted;
    if (this.kind === 'vector') return { slopes: point.slice(0, classes), offsets: point.slice(classes) };
    return { slopes: new Float64Array(classes).fill(point[0]!), offsets: new Float64Array(classes) };
  }

  evaluate(point: Float64Array, gradient: Float64Array): number {
    const { logProbabilities, outcomes, classes } = this.predicted;
    const { slopes, offsets } = this.calibration(point);
    const shared = this.kind === 'temperature';
    const row = new Float64Array(classes);
    gradient.fill(0);
    let loss = 0;
    for (let index = 0, at = 0; index < outcomes.length; index++, at += classes) {
      for (let c = 0; c < classes; c++) row[c] = logProbabilities[at + c]! * slopes[c]! + offsets[c]!;
      const truth = outcomes[index]!;
      const score = row[truth]!;
      loss += normalise(row) - score;
      for (let c = 0; c < classes; c++) {
        const residual = (row[c]! - (c === truth ? 1 : 0)) / outcomes.length;
        gradient[shared ? 0 : c]! += residual * logProbabilities[at + c]!;
        if (!shared) gradient[classes + c]! += residual;
      }
    }
    let penalty = 0;
    for (let index = 0; index < this.size; index++) {
      const distance = point[index]! - (index < (shared ? 1 : classes) ? 1 : 0);
      gradient[index]! += RIDGE * distance;
      penalty += distance ** 2;
    }
    return loss / outcomes.length + (RIDGE / 2) * penalty;
  }
}
