/** Above so many rows a sum over all of them costs more than the digits it adds to the tail. */
const mostSummedRows = 10_000;

/** P(sup sqrt(n) |F_n − F| > z) in the limit of many rows. */
export function kolmogorovTail(z: number): number {
  if (z <= 0) return 1;
  if (z < 1) {
    let sum = 0;
    for (let k = 1; k <= 9; k += 2) sum += Math.exp((-k * k * Math.PI * Math.PI) / (8 * z * z));
    return 1 - (Math.sqrt(2 * Math.PI) / z) * sum;
  }
  let sum = 0;
  for (let k = 1, sign = 1; k <= 10; k++, sign = -sign) sum += sign * Math.exp(-2 * k * k * z * z);
  return 2 * sum;
}

/**
 * P(D_n >= d): two-sided one-sample Kolmogorov–Smirnov test of n rows.
 *
 * Up to 140 rows exact in the body (Marsaglia, Tsang & Wang 2003), above that Pelz & Good's 1976 expansion; in the tail
 * twice Smirnov's one-sided sum. The cases are those of Simard & L'Ecuyer 2011.
 */
export function kolmogorovTailOf(n: number, d: number): number {
  // A step function is at least half a step away from any continuous one.
  if (n * d <= 0.5) return 1;
  if (d >= 1) return 0;
  const square = n * d * d;
  if (n > 140 && n <= mostSummedRows && square >= 2.2) return clip(2 * smirnovTail(n, d));
  if (n > 140) return square >= 18 ? 2 * Math.exp(-2 * square) : clip(1 - pelzGood(n, d));
  return d >= 0.5 || square > 4 ? clip(2 * smirnovTail(n, d)) : clip(1 - durbinMatrix(n, d));
}

/** Two-sided two-sample p-value by the one-sample distribution of round(nm / (n + m)) rows: scipy's `asymp` mode. */
export function twoSampleTail(d: number, n: number, m: number): number {
  return kolmogorovTailOf(Math.max(1, roundHalfEven((n * m) / (n + m))), d);
}

/**
 * Exact two-sided two-sample p-value P(D >= d) for continuous data, O(n m): scipy's `exact` mode.
 *
 * Walks the lattice of all interleavings; a cell holds the probability that a uniformly drawn path to it has strayed.
 */
export function twoSampleTailExact(d: number, n: number, m: number): number {
  // Half a lattice step below d: every attainable difference lies clearly on one side.
  const limit = (Math.round(d * n * m) - 0.5) / (n * m);
  if (limit < 0) return 1;
  const strayed = new Float64Array(m + 1);
  for (let j = 1; j <= m; j++) strayed[j] = j / m > limit ? 1 : 0;
  for (let i = 1; i <= n; i++) {
    strayed[0] = i / n > limit ? 1 : 0;
    for (let j = 1; j <= m; j++) {
      const outside = Math.abs(i / n - j / m) > limit;
      strayed[j] = outside ? 1 : (i * strayed[j]! + j * strayed[j - 1]!) / (i + j);
    }
  }
  return strayed[m]!;
}

/** P(D_n^+ >= d), Smirnov's finite sum. */
function smirnovTail(n: number, d: number): number {
  let sum = 0;
  let logChoose = 0;
  for (let j = 0, rest = 1 - d; rest > 0; j++, rest = 1 - d - j / n) {
    sum += Math.exp(logChoose + (n - j) * Math.log(rest) + (j - 1) * Math.log(d + j / n));
    logChoose += Math.log((n - j) / (j + 1));
  }
  return d * sum;
}

/** P(D_n < d) as an element of the n-th power of Durbin's matrix. */
function durbinMatrix(n: number, d: number): number {
  const k = Math.floor(n * d) + 1;
  const size = 2 * k - 1;
  const h = k - n * d;
  const step = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) step[row * size + column] = row - column + 1 < 0 ? 0 : 1;
  }
  for (let row = 0; row < size; row++) {
    step[row * size]! -= h ** (row + 1);
    step[(size - 1) * size + row]! -= h ** (size - row);
  }
  step[(size - 1) * size]! += 2 * h - 1 > 0 ? (2 * h - 1) ** size : 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= Math.min(row + 1, size - 1); column++) {
      for (let factor = 2; factor <= row - column + 1; factor++) step[row * size + column]! /= factor;
    }
  }
  const power = matrixPower(step, size, n);
  let logScale = power.logScale;
  for (let i = 1; i <= n; i++) logScale += Math.log(i / n);
  return power.matrix[(k - 1) * size + (k - 1)]! * Math.exp(logScale);
}

function matrixPower(matrix: Float64Array, size: number, exponent: number): { matrix: Float64Array; logScale: number } {
  if (exponent === 1) return { matrix, logScale: 0 };
  const half = matrixPower(matrix, size, exponent >> 1);
  let result = multiply(half.matrix, half.matrix, size);
  if (exponent & 1) result = multiply(result, matrix, size);
  const centre = result[(size >> 1) * size + (size >> 1)]!;
  for (let i = 0; i < result.length; i++) result[i]! /= centre;
  return { matrix: result, logScale: 2 * half.logScale + Math.log(centre) };
}

function multiply(left: Float64Array, right: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < size; inner++) {
      const factor = left[row * size + inner]!;
      for (let column = 0; column < size; column++) {
        product[row * size + column]! += factor * right[inner * size + column]!;
      }
    }
  }
  return product;
}

/** P(D_n < d) by the first four terms of Pelz & Good's expansion in 1 / sqrt(n). */
function pelzGood(n: number, d: number): number {
  const z = Math.sqrt(n) * d;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const p2 = Math.PI ** 2;
  const p4 = p2 * p2;
  const sums = [0, 0, 0, 0] as [number, number, number, number];
  let whole2 = 0;
  let whole3 = 0;
  for (let k = 1; k <= Math.ceil((16 * z) / Math.PI) + 1; k++) {
    const m2 = (2 * k - 1) ** 2;
    const odd = Math.exp((-p2 * m2) / (8 * z2));
    const m4 = m2 * m2;
    sums[0] += odd;
    sums[1] += odd * (-z2 + (p2 / 4) * m2);
    sums[2] += odd * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * p2 * m2) / 4 + (p4 * (1 - 2 * z2) * m4) / 16);
    sums[3] +=
      odd *
      (-30 * z6 -
        90 * z4 * z4 +
        (p2 * (135 * z4 - 96 * z6) * m2) / 4 +
        (p4 * (212 * z4 - 60 * z2) * m4) / 16 +
        (p2 * p4 * (5 - 30 * z2) * m4 * m2) / 64);
    const k2 = k * k;
    const even = Math.exp((-p2 * k2) / (2 * z2)) * k2;
    whole2 += even;
    whole3 += even * (3 * z2 - p2 * k2);
  }
  const root = Math.sqrt(2 * Math.PI);
  const term0 = (root * sums[0]) / z;
  const term1 = (root * sums[1]) / (6 * z4);
  const term2 = (root * sums[2]) / (72 * z6 * z) - (p2 * root * whole2) / (36 * z2 * z);
  const term3 = (root * sums[3]) / (6480 * z6 * z4) + (p2 * root * whole3) / (216 * z6);
  return term0 + term1 / Math.sqrt(n) + term2 / n + term3 / (n * Math.sqrt(n));
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function clip(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}
