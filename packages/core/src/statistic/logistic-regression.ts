/** A fit stops after so many Newton steps; ten are many. */
const steps = 25;

/** Rows of inputs with their weights and labels. */
export interface LabelledRows {
  /** rows x width, row-major, finite; about standardised, so that the ridge treats all alike. */
  readonly inputs: Float64Array;
  readonly width: number;
  /** 0 or 1. */
  readonly labels: Uint8Array;
  readonly weights: Float64Array;
}

/**
 * Logistic regression with a ridge, by Newton's method: the width coefficients and the intercept, which the ridge leaves alone.
 *
 * Minimises Σ w (ln(1 + e^z) − y z) + ridge/2 |β|²; with a ridge above 0 there is one minimum, also where the classes can be told apart
 * without error. Deterministic.
 */
export function logisticRegression({ inputs, width, labels, weights }: LabelledRows, ridge: number): Float64Array {
  const size = width + 1;
  const coefficients = new Float64Array(size);
  const row = new Float64Array(size).fill(1);
  for (let step = 0; step < steps; step++) {
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    for (let index = 0; index < labels.length; index++) {
      row.set(inputs.subarray(index * width, (index + 1) * width));
      let z = 0;
      for (let k = 0; k < size; k++) z += row[k]! * coefficients[k]!;
      const p = 1 / (1 + Math.exp(-z));
      const error = weights[index]! * (p - labels[index]!);
      const curvature = Math.max(weights[index]! * p * (1 - p), 1e-12);
      for (let k = 0; k < size; k++) {
        gradient[k]! += error * row[k]!;
        for (let j = 0; j <= k; j++) hessian[k * size + j]! += curvature * row[k]! * row[j]!;
      }
    }
    for (let k = 0; k < size; k++) {
      gradient[k]! += k < width ? ridge * coefficients[k]! : 0;
      hessian[k * size + k]! += k < width ? ridge : 1e-9;
    }
    const move = solved(hessian, gradient, size);
    let largest = 0;
    for (let k = 0; k < size; k++) largest = Math.max(largest, Math.abs(move[k]!));
    // A long first step of a nearly separable fit is taken in parts.
    const share = Math.min(1, 5 / largest);
    for (let k = 0; k < size; k++) coefficients[k]! -= share * move[k]!;
    if (largest < 1e-8) break;
  }
  return coefficients;
}

/** Solves a positive definite system by Cholesky's decomposition; the lower triangle of `matrix` is read and overwritten. */
function solved(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  for (let k = 0; k < size; k++) {
    for (let j = 0; j <= k; j++) {
      let sum = matrix[k * size + j]!;
      for (let i = 0; i < j; i++) sum -= matrix[k * size + i]! * matrix[j * size + i]!;
      matrix[k * size + j] = k === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * size + j]!;
    }
  }
  const solution = Float64Array.from(right);
  for (let k = 0; k < size; k++) {
    for (let j = 0; j < k; j++) solution[k]! -= matrix[k * size + j]! * solution[j]!;
    solution[k]! /= matrix[k * size + k]!;
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let j = k + 1; j < size; j++) solution[k]! -= matrix[j * size + k]! * solution[j]!;
    solution[k]! /= matrix[k * size + k]!;
  }
  return solution;
}
