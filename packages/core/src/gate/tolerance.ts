/** Differences of this size are rounding, not evidence: 0.57 − 0.56 is 0.0099999999999999 in binary. */
const rounding = 1e-9;

/** Whether a value is at least the limit, apart from rounding. NaN never is. */
export function reaches(value: number, limit: number): boolean {
  return value >= limit - rounding;
}
