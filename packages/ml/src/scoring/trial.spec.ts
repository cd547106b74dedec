import type { NodeProto, TensorProto } from 'onnx-buf';
import { constant, node, tensorInfo, writeModel } from '../onnx/graph.js';
import { softmaxRegressionModel } from '../onnx/linear-models.js';
import { OnnxScorerLoader } from './onnx-scorer-loader.js';

const expectation = { inputs: 2, outputs: 3, probabilities: true };
const loader = new OnnxScorerLoader({ memoryMb: 600, timeoutSeconds: 30 });

const good = softmaxRegressionModel({
  standardisation: { means: [10, 20], scales: [2, 4] },
  weights: [1, 0, 0, 1, 0, 0],
  intercepts: [0, 0, 0],
  lineage: {},
});

function model(nodes: readonly NodeProto[], constants: readonly TensorProto[]): Uint8Array {
  return writeModel({
    name: 'trial',
    nodes,
    constants,
    inputs: [tensorInfo('features', 'float', ['N', 2])],
    outputs: [tensorInfo('probabilities', 'float', ['N', 'C'])],
    lineage: {},
  });
}

const ones = (count: number) => new Array<number>(count).fill(1);
const size = 40_000;

/** A few hundred kilobytes that ask for 6.4 GB. */
const greedy = model(
  [node('MatMul', ['a', 'b'], 'huge'), node('Softmax', ['huge'], 'probabilities')],
  [constant('a', [size, 1], ones(size)), constant('b', [1, size], ones(size))],
);

/** Products of large matrices, one after the other. */
const endless = model(
  [
    node('MatMul', ['a', 'b'], 'm0'),
    ...Array.from({ length: 400 }, (_, index) => node('MatMul', [`m${index}`, 'm0'], `m${index + 1}`)),
    node('Softmax', ['m400'], 'probabilities'),
  ],
  [constant('a', [3_000, 1], ones(3_000)), constant('b', [1, 3_000], ones(3_000))],
);

describe('an artifact that somebody sent', () => {
  it('is tried out in a process of its own, and is fine when it is', async () => {
    await loader.tryOut(good, expectation);
  }, 30_000);

  it('is refused there for what loading it here would refuse', async () => {
    const swapped = model([node('Identity', ['features'], 'probabilities')], []);
    const here = await loader.load(swapped, expectation).catch((error: unknown) => error);
    await expect(loader.tryOut(swapped, expectation)).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: (here as Error).message,
    });
  }, 30_000);

  it('cannot take the memory of this process: it is refused over its limit', async () => {
    const before = process.memoryUsage.rss();
    await expect(loader.tryOut(greedy, expectation)).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: expect.stringMatching(/more than 600 MB|does not survive it/) as string,
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 30);
  }, 60_000);

  it('cannot compute for ever: it is refused at its time limit, and this process goes on meanwhile', async () => {
    const quick = new OnnxScorerLoader({ memoryMb: 600, timeoutSeconds: 2 });
    let turns = 0;
    const timer = setInterval(() => turns++, 20);
    await expect(quick.tryOut(endless, expectation)).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: expect.stringContaining('longer than 2 s') as string,
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
  }, 60_000);
});
