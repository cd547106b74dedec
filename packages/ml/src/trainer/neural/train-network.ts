import { setImmediate } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { randomNumbers } from '../random.js';
import type { Parameters, Shape } from './network.js';
import { PARAMETERS, STATE, trainingGraph } from './training-graph.js';

export interface Training {
  readonly shape: Shape;
  readonly start: Parameters;
  /** rows x inputs, standardised, nothing missing. */
  readonly matrix: Float32Array;
  /** rows x outputs: one-hot classes, or values. */
  readonly truths: Float32Array;
  readonly rows: number;
  readonly classification: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly l2: number;
  /** Shuffles the rows before every epoch. */
  readonly seed: number;
  /** Told the parameters after each epoch and the mean loss in it; false ends the training, what it throws aborts it. */
  afterEpoch(epoch: number, parameters: Parameters, loss: number): boolean;
}

/**
 * Trains by ONNX Runtime, one epoch per call, because nothing within a call can be stopped.
 *
 * One thread and a fixed order of rows: the same training gives the same bits on the same machine. Rows that do not fill
 * the last batch of an epoch are left out of it, others each time.
 */
export async function trainNetwork(training: Training): Promise<Parameters> {
  const { shape, rows, matrix, truths, epochs } = training;
  const size = Math.min(rows, training.batchSize);
  const batches = Math.floor(rows / size);
  const session = await InferenceSession.create(trainingGraph(training.classification), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 4,
  });
  const scalar = (value: number) => new Tensor('float32', Float32Array.of(value), []);
  const fixed = {
    rows: new Tensor('float32', matrix, [rows, shape.inputs]),
    truths: new Tensor('float32', truths, [rows, shape.outputs]),
    batches: new Tensor('int64', BigInt64Array.of(BigInt(batches)), []),
    learning_rate: scalar(training.learningRate),
    l2: scalar(training.l2),
  };
  const random = randomNumbers(training.seed);
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  let state = firstState(training);
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      shuffle(order, random);
      const feeds = { ...fixed, ...state, order: new Tensor('int32', order.slice(0, batches * size), [batches, size]) };
      const results = await session.run(feeds);
      state = Object.fromEntries(STATE.map((name) => [name, results[`${name}_after`]!]));
      const loss = (state['loss']!.data as Float32Array)[0]! / batches;
      state['loss'] = scalar(0);
      if (!training.afterEpoch(epoch, parametersOf(state), loss)) break;
      await setImmediate();
    }
    return parametersOf(state);
  } finally {
    await session.release();
  }
}

function firstState({ shape: { inputs, hidden, outputs }, start }: Training): Record<string, Tensor> {
  const dimensions = [[inputs, hidden], [hidden], [hidden, outputs], [outputs]];
  const state: Record<string, Tensor> = {};
  PARAMETERS.forEach((name, index) => {
    const zeros = () => new Tensor('float32', new Float32Array(start[name].length), dimensions[index]!);
    state[name] = new Tensor('float32', start[name], dimensions[index]!);
    state[`${name}_mean`] = zeros();
    state[`${name}_square`] = zeros();
  });
  for (const name of ['steps', 'loss']) state[name] = new Tensor('float32', Float32Array.of(0), []);
  return state;
}

function parametersOf(state: Readonly<Record<string, Tensor>>): Parameters {
  const entries = PARAMETERS.map((name) => [name, Float32Array.from(state[name]!.data as Float32Array)]);
  return Object.fromEntries(entries) as Parameters;
}

/** Fisher and Yates. */
function shuffle(order: Int32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
}
