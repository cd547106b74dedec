/** For which number of rows the bound is tightest; it holds for all of them. */
const tightestAt = 500;

/**
 * How far the sum of `rows` values may exceed its expectation by chance, at any time: the sum of a stream whose values have
 * standard deviation `deviation` stays below it for ever with probability 1 − alpha, however often one looks.
 *
 * The one-sided normal mixture bound of Howard, Ramdas, McAuliffe & Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
 * sequences" (Annals of Statistics 2021, their closed form). With a deviation estimated from the values it holds
 * asymptotically (Waudby-Smith et al., Annals of Statistics 2024). 0 without rows or without deviation.
 */
export function sumBound(rows: number, deviation: number, alpha: number): number {
  const variance = rows * deviation * deviation;
  if (!(variance > 0)) return 0;
  const wide = 2 * Math.log(1 / (2 * alpha));
  const rho = (tightestAt * deviation * deviation) / (wide + Math.log(1 + wide));
  return Math.sqrt(2 * (variance + rho) * Math.log(Math.sqrt((variance + rho) / rho) / (2 * alpha) + 1));
}
