/** Tail of the Stirling series, ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), for x >= 10 (Abramowitz & Stegun 6.1.41). */
function stirlingTail(x: number): number {
  const square = x * x;
  return (
    (1 / 12 -
      (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - 691 / 360360 / square) / square) / square) / square) / square) /
    x
  );
}

/** ln Γ(x) for x > 0, to about 15 significant digits. */
export function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  while (shifted < 10) product *= shifted++;
  return (
    (shifted - 0.5) * Math.log(shifted) -
    shifted +
    0.5 * Math.log(2 * Math.PI) +
    stirlingTail(shifted) -
    Math.log(product)
  );
}

/** ln B(a, b); stays accurate where one argument dwarfs the other and the log-gammas would cancel. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < 10) return logGamma(small) + logGamma(large) - logGamma(small + large);
  const sum = small + large;
  if (small < 10) {
    const rise =
      (large - 0.5) * Math.log1p(small / large) +
      small * Math.log(sum) -
      small +
      stirlingTail(sum) -
      stirlingTail(large);
    return logGamma(small) - rise;
  }
  return (
    0.5 * Math.log((2 * Math.PI) / large) +
    (small - 0.5) * Math.log(small / sum) +
    large * Math.log1p(-small / sum) +
    stirlingTail(small) +
    stirlingTail(large) -
    stirlingTail(sum)
  );
}

const epsilon = 1e-16;
const tiny = 1e-300;
const mostSteps = 100_000;

/** Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P, a > 0, x >= 0 (series below a + 1, else Lentz's continued fraction). */
export function incompleteGamma(a: number, x: number): { readonly lower: number; readonly upper: number } {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let step = 1; step < mostSteps && term > sum * epsilon; step++) {
      term *= x / (a + step);
      sum += term;
    }
    const lower = Math.min(1, sum * scale);
    return { lower, upper: 1 - lower };
  }
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let step = 1; step < mostSteps; step++) {
    const numerator = -step * (step - a);
    b += 2;
    d = 1 / away(numerator * d + b);
    c = away(b + numerator / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < epsilon) break;
  }
  const upper = Math.min(1, fraction * scale);
  return { lower: 1 - upper, upper };
}

/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0, 0 <= x <= 1 (Lentz's continued fraction).
 *
 * `complement` is 1 − x; give it where x is so near 1 that the subtraction would lose it.
 */
export function incompleteBeta(x: number, a: number, b: number, complement = 1 - x): number {
  if (x <= 0) return 0;
  if (complement <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(complement, b, a, x);
  const logX = complement < 0.5 ? Math.log1p(-complement) : Math.log(x);
  const logComplement = x < 0.5 ? Math.log1p(-x) : Math.log(complement);
  const scale = Math.exp(a * logX + b * logComplement - logBeta(a, b)) / a;
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let step = 1; step < mostSteps; step++) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < epsilon) break;
  }
  return Math.min(1, fraction * scale);
}

/** Keeps a denominator of Lentz's algorithm away from zero. */
function away(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
