/** What remains significant of several tests. */
export interface MultipleTesting {
  /** p-values adjusted for the number of tests, in the order given. */
  readonly adjusted: readonly number[];
  /** Whether each adjusted p-value is at most the level. */
  readonly rejected: readonly boolean[];
}

/** Benjamini & Hochberg 1995: among what it rejects, the expected share of false findings is at most `level`. */
export function benjaminiHochberg(pValues: readonly number[], level: number): MultipleTesting {
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[b]! - pValues[a]!);
  const adjusted = new Array<number>(pValues.length);
  let least = 1;
  order.forEach((index, position) => {
    const rank = pValues.length - position;
    least = Math.min(least, (pValues[index]! * pValues.length) / rank);
    adjusted[index] = least;
  });
  return { adjusted, rejected: adjusted.map((p) => p <= level) };
}
