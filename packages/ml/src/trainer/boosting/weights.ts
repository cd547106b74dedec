/**
 * Gradients and hessians of all rows, rounded so that every sum over rows is exact in float64.
 *
 * Exact sums do not depend on their order: a histogram may be had by subtracting a sibling's from the parent's, and an
 * empty bin is exactly zero. A hessian carries the count of its row too (`unit` + hessian), so that one addition counts
 * both; `unit` is a power of two above every possible sum of hessians.
 */
export class RowWeights {
  /** Gradient and weight (unit + hessian) of each row, in turn: both lie in one line of the processor's cache. */
  readonly slopes: Float64Array;
  /** What one row adds to a sum of weights beside its hessian. */
  readonly unit: number;
  /** Adding and subtracting it rounds a hessian to a multiple of its quantum. */
  private readonly hessianRounder: number;
  private readonly hessianQuantum: number;
  private readonly gradientBits: number;
  private gradientRounder = 0;

  /** @param largestHessian no hessian is larger. */
  constructor(rows: number, largestHessian: number) {
    this.slopes = new Float64Array(rows * 2);
    const rowBits = Math.ceil(Math.log2(rows + 1));
    const unitBits = Math.max(1, Math.ceil(Math.log2(rows * largestHessian + 1)) + 1);
    this.unit = 2 ** unitBits;
    this.hessianQuantum = 2 ** (rowBits + unitBits + 1 - MANTISSA);
    this.hessianRounder = 1.5 * 2 ** (MANTISSA - 1) * this.hessianQuantum;
    this.gradientBits = rowBits;
  }

  /** Tells how large gradients may be from now on (before any is set). */
  scale(largestGradient: number): void {
    const quantum = 2 ** (Math.ceil(Math.log2(Math.max(largestGradient, 1e-300))) + this.gradientBits + 1 - MANTISSA);
    this.gradientRounder = 1.5 * 2 ** (MANTISSA - 1) * quantum;
  }

  set(row: number, gradient: number, hessian: number): void {
    this.slopes[row * 2] = gradient + this.gradientRounder - this.gradientRounder;
    const rounded = hessian + this.hessianRounder - this.hessianRounder;
    this.slopes[row * 2 + 1] = this.unit + (rounded > this.hessianQuantum ? rounded : this.hessianQuantum);
  }

  /** Sums over `rows`. */
  totals(rows: Int32Array): { gradient: number; weight: number } {
    let gradient = 0;
    let weight = 0;
    for (let index = 0; index < rows.length; index++) {
      gradient += this.slopes[rows[index]! * 2]!;
      weight += this.slopes[rows[index]! * 2 + 1]!;
    }
    return { gradient, weight };
  }
}

/** Bits of a float64's significand. */
const MANTISSA = 53;
