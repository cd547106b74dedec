import { randomNumbers } from '../random.js';
import { firstParameters, networkScores, type Parameters } from './network.js';
import { trainNetwork } from './train-network.js';
import { PARAMETERS } from './training-graph.js';

const shape = { inputs: 3, hidden: 4, outputs: 2 };
const rows = 12;
const random = randomNumbers(3);
const matrix = Float32Array.from({ length: rows * 3 }, () => random() * 2 - 1);
const classesOf = (row: number) => (row % 3 === 0 ? 1 : 0);
const l2 = 0.1;

interface Case {
  readonly classification: boolean;
  readonly truths: Float32Array;
}

const cases: Record<string, Case> = {
  classes: {
    classification: true,
    truths: Float32Array.from({ length: rows * 2 }, (_, index) =>
      classesOf(Math.floor(index / 2)) === index % 2 ? 1 : 0,
    ),
  },
  values: { classification: false, truths: Float32Array.from({ length: rows * 2 }, () => random() * 2 - 1) },
};

/** The objective as the documentation states it, in float64. */
function objective(parameters: Parameters, { classification, truths }: Case): number {
  const scores = networkScores(parameters, shape, matrix, rows);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const [a, b] = [scores[row * 2]!, scores[row * 2 + 1]!];
    const [p, q] = [truths[row * 2]!, truths[row * 2 + 1]!];
    const log = Math.log(Math.exp(a) + Math.exp(b));
    loss += (classification ? log - p * a - q * b : ((a - p) ** 2 + (b - q) ** 2) / 2) / rows;
  }
  const squares = [...parameters.hidden_weights, ...parameters.output_weights].reduce((sum, w) => sum + w * w, 0);
  return loss + (l2 / 2) * squares;
}

/** Adam as in the paper, with slopes by finite differences. */
function adam(start: Parameters, steps: number, rate: number, example: Case): Record<string, Float64Array> {
  const now: Record<string, Float64Array> = {};
  const means: Record<string, Float64Array> = {};
  const squares: Record<string, Float64Array> = {};
  for (const name of PARAMETERS) {
    now[name] = Float64Array.from(start[name]);
    means[name] = new Float64Array(start[name].length);
    squares[name] = new Float64Array(start[name].length);
  }
  const at = () => objective(now as unknown as Parameters, example);
  for (let step = 1; step <= steps; step++) {
    const slopes = PARAMETERS.map((name) =>
      now[name]!.map((value, index) => {
        now[name]![index] = value + 1e-6;
        const ahead = at();
        now[name]![index] = value - 1e-6;
        const behind = at();
        now[name]![index] = value;
        return (ahead - behind) / 2e-6;
      }),
    );
    PARAMETERS.forEach((name, which) =>
      slopes[which]!.forEach((slope, index) => {
        const mean = (means[name]![index] = 0.9 * means[name]![index]! + 0.1 * slope);
        const square = (squares[name]![index] = 0.999 * squares[name]![index]! + 0.001 * slope * slope);
        const corrected = Math.sqrt(square / (1 - 0.999 ** step));
        now[name]![index]! -= (rate * (mean / (1 - 0.9 ** step))) / (corrected + 1e-8);
      }),
    );
  }
  return now;
}

describe('training in ONNX Runtime', () => {
  const start = firstParameters(shape, [0.1, -0.2], 5);
  const training = { shape, start, matrix, rows, epochs: 6, learningRate: 0.02, l2, seed: 1, afterEpoch: () => true };

  it.each(Object.keys(cases))('takes the steps of Adam down the stated objective, for %s', async (kind) => {
    const example = cases[kind]!;
    const trained = await trainNetwork({ ...training, ...example, batchSize: rows });
    const expected = adam(start, 6, 0.02, example);
    for (const name of PARAMETERS) {
      trained[name].forEach((value, index) => expect(value).toBeCloseTo(expected[name]![index]!, 3));
    }
    expect(objective(trained, example)).toBeLessThan(objective(start, example));
  });

  it('shuffles by the seed, and stops after the epoch that says so', async () => {
    const example = cases['classes']!;
    const run = async (seed: number, most: number) => {
      const losses: number[] = [];
      const afterEpoch = (epoch: number, _: Parameters, loss: number) => {
        losses.push(loss);
        return epoch + 1 < most;
      };
      const { output_weights } = await trainNetwork({ ...training, ...example, batchSize: 5, seed, afterEpoch });
      return { losses, weights: [...output_weights] };
    };
    const first = await run(1, 3);
    expect(first.losses).toHaveLength(3);
    expect(await run(1, 3)).toEqual(first);
    expect((await run(2, 3)).weights).not.toEqual(first.weights);
  });
});
