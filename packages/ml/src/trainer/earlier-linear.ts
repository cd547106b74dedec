import { LINEAR_CONSTANTS } from '../onnx/linear-models.js';
import { readConstants } from '../onnx/read-constants.js';
import type { Standardisation } from './standardise.js';

/** The linear part of a model that was fitted earlier: outputs x features weights in that fit's standardisation. */
export interface EarlierLinear {
  readonly means: Float32Array;
  readonly scales: Float32Array;
  readonly weights: Float32Array;
  readonly intercepts: Float32Array;
}

/** Undefined when the artifact lacks a linear part of this shape. */
export function readEarlierLinear(artifact: Uint8Array, width: number, outputs: number): EarlierLinear | undefined {
  const constants = readConstants(artifact);
  const [means, scales, weights, intercepts] = LINEAR_CONSTANTS.map((name) => constants.get(name));
  if (means?.length !== width || scales?.length !== width || weights?.length !== outputs * width) return undefined;
  return intercepts?.length === outputs ? { means, scales, weights, intercepts } : undefined;
}

/**
 * The weights of an earlier fit in the scale of this one: the same scores wherever nothing is missing.
 *
 * @returns outputs x used weights, then the intercepts.
 */
export function restated({ means, scales, weights, intercepts }: EarlierLinear, now: Standardisation): Float64Array {
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
