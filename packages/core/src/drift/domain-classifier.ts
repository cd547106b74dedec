import type { FeatureSchema } from '../model/feature-schema.js';
import { logisticRegression } from '../statistic/logistic-regression.js';
import { mannWhitney, type Separation } from '../statistic/mann-whitney.js';
import { seededRandom, type Random } from '../statistic/random.js';
import { domainColumns, type DomainColumn } from './domain-columns.js';

/** Products of two columns that are looked at, at most; of more, so many are drawn by the seed. */
const mostProducts = 5_000;
/** Inputs of the classifier: those that differ most on its own half, at most, and no more than one per so many rows. */
const mostInputs = 30;
const rowsPerInput = 10;
const ridge = 1;

/** How well a classifier tells current rows from reference rows that it was not fitted on. */
export interface DomainClassification {
  /** Mean area under the ROC curve over the two halves: 0.5 = not at all, 1 = always. */
  readonly auc: number;
  readonly pValue: number;
  readonly referenceRows: number;
  readonly currentRows: number;
  /** What told them apart best, best first: a feature, a square (`x²`), a product (`x · y`), something missing. */
  readonly strongest: readonly string[];
}

/** One input of a classifier: a column, or the product of two. */
interface Input {
  readonly name: string;
  readonly first: Float64Array;
  readonly second?: Float64Array;
}

interface Half {
  readonly reference: Uint32Array;
  readonly current: Uint32Array;
}

/**
 * Classifier two-sample test (Lopez-Paz & Oquab 2017; Kim, Ramdas, Singh & Wasserman 2021) on rows of two samples (row-major
 * float32, columns as in the schema).
 *
 * A logistic regression on the features, their squares and their pairwise products learns on one half of the rows which sample a row is
 * of, and is judged on the other by the Mann–Whitney test; then the halves change places. On rows it has not seen a classifier of
 * equal samples scores at random, whatever it learned, so each of the two p-values holds; twice the smaller holds for both (they
 * are dependent). Deterministic for a seed. Undefined for fewer than `minRows` on a side (at least 4), and where no column varies.
 */
export function classifyDomains(
  schema: FeatureSchema,
  reference: Float32Array,
  current: Float32Array,
  { minRows, seed }: { readonly minRows: number; readonly seed: number },
): DomainClassification | undefined {
  const width = schema.features.length;
  const [before, now] = [reference.length / width, current.length / width];
  if (Math.min(before, now) < Math.max(4, minRows)) return undefined;
  const rows = new Float32Array(reference.length + current.length);
  rows.set(reference);
  rows.set(current, reference.length);
  const random = seededRandom(seed);
  const inputs = inputsOf(domainColumns(schema, rows), random);
  if (inputs.length === 0) return undefined;
  const halves = halvesOf(before, now, random);
  const folds = halves.map((train, index) => judged(inputs, train, halves[1 - index]!));
  const best = folds[0]!.separation.pValue <= folds[1]!.separation.pValue ? folds[0]! : folds[1]!;
  return {
    auc: (folds[0]!.separation.auc + folds[1]!.separation.auc) / 2,
    pValue: Math.min(1, 2 * best.separation.pValue),
    referenceRows: before,
    currentRows: now,
    strongest: best.strongest,
  };
}

function inputsOf(columns: readonly DomainColumn[], random: Random): readonly Input[] {
  const continuous = columns.filter((column) => column.continuous);
  const product = (a: DomainColumn, b: DomainColumn): Input => ({
    name: a === b ? `${a.name}²` : `${a.name} · ${b.name}`,
    first: a.values,
    second: b.values,
  });
  const singles = columns.map(({ name, values }): Input => ({ name, first: values }));
  const squares = continuous.map((column) => product(column, column));
  return [...singles, ...squares, ...pairsOf(continuous, random).map(([a, b]) => product(a, b))];
}

function pairsOf<T>(items: readonly T[], random: Random): [T, T][] {
  const count = (items.length * (items.length - 1)) / 2;
  if (count <= mostProducts) return items.flatMap((a, index) => items.slice(index + 1).map((b): [T, T] => [a, b]));
  const drawn = new Map<number, [T, T]>();
  while (drawn.size < mostProducts) {
    const [a, b] = [Math.floor(random() * items.length), Math.floor(random() * items.length)];
    if (a < b) drawn.set(a * items.length + b, [items[a]!, items[b]!]);
  }
  return [...drawn.values()];
}

/** Each sample cut in two at random; indices into the rows of both. */
function halvesOf(before: number, now: number, random: Random): readonly [Half, Half] {
  const reference = shuffled(0, before, random);
  const current = shuffled(before, now, random);
  const [a, b] = [before >>> 1, now >>> 1];
  return [
    { reference: reference.subarray(0, a), current: current.subarray(0, b) },
    { reference: reference.subarray(a), current: current.subarray(b) },
  ];
}

function shuffled(from: number, length: number, random: Random): Uint32Array {
  const indices = Uint32Array.from({ length }, (_, index) => from + index);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [indices[last], indices[other]] = [indices[other]!, indices[last]!];
  }
  return indices;
}

/** Fits on one half and judges on the other. */
function judged(
  inputs: readonly Input[],
  train: Half,
  test: Half,
): { readonly separation: Separation; readonly strongest: readonly string[] } {
  const fewest = Math.min(train.reference.length, train.current.length);
  const most = Math.max(1, Math.min(mostInputs, Math.floor(fewest / rowsPerInput)));
  const chosen = inputs
    .map((input) => differenceOf(input, train))
    .sort((a, b) => b.difference - a.difference)
    .slice(0, most);
  const coefficients = logisticRegression(
    {
      inputs: matrixOf(chosen, [train.reference, train.current]),
      width: chosen.length,
      labels: Uint8Array.from({ length: train.reference.length + train.current.length }, (_, row) =>
        row < train.reference.length ? 0 : 1,
      ),
      // Both samples weigh the same, however many rows they have.
      weights: Float64Array.from({ length: train.reference.length + train.current.length }, (_, row) =>
        row < train.reference.length ? fewest / train.reference.length : fewest / train.current.length,
      ),
    },
    ridge,
  );
  const scores = (rows: Uint32Array) => scoresOf(matrixOf(chosen, [rows]), chosen.length, coefficients);
  const separation = mannWhitney(scores(test.reference), scores(test.current))!;
  return { separation, strongest: chosen.slice(0, 3).map(({ input }) => input.name) };
}

/** An input as it is on the half that is fitted on. */
interface Standardised {
  readonly input: Input;
  readonly mean: number;
  readonly deviation: number;
  /** |difference of the means| in standard errors. */
  readonly difference: number;
}

function differenceOf(input: Input, { reference, current }: Half): Standardised {
  const [before, now] = [momentsOf(input, reference), momentsOf(input, current)];
  const deviation = Math.sqrt((before.variance + now.variance) / 2 + (before.mean - now.mean) ** 2 / 4);
  const error = Math.sqrt(before.variance / reference.length + now.variance / current.length);
  const gap = Math.abs(before.mean - now.mean);
  const difference = error > 0 ? gap / error : gap > 0 ? Infinity : 0;
  return { input, mean: (before.mean + now.mean) / 2, deviation: deviation > 0 ? deviation : 1, difference };
}

function momentsOf({ first, second }: Input, rows: Uint32Array): { readonly mean: number; readonly variance: number } {
  let [sum, squares] = [0, 0];
  for (const row of rows) {
    const value = second ? first[row]! * second[row]! : first[row]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / rows.length;
  return { mean, variance: Math.max(0, squares / rows.length - mean * mean) };
}

function matrixOf(chosen: readonly Standardised[], parts: readonly Uint32Array[]): Float64Array {
  const height = parts.reduce((sum, { length }) => sum + length, 0);
  const matrix = new Float64Array(height * chosen.length);
  let cell = 0;
  for (const rows of parts) {
    for (const row of rows) {
      for (const { input, mean, deviation } of chosen) {
        const { first, second } = input;
        matrix[cell++] = ((second ? first[row]! * second[row]! : first[row]!) - mean) / deviation;
      }
    }
  }
  return matrix;
}

function scoresOf(matrix: Float64Array, width: number, coefficients: Float64Array): Float64Array {
  return Float64Array.from({ length: matrix.length / width }, (_, row) => {
    let z = coefficients[width]!;
    for (let k = 0; k < width; k++) z += matrix[row * width + k]! * coefficients[k]!;
    return z;
  });
}
