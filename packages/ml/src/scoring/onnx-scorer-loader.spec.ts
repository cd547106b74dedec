import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import { constant, node, tensorInfo, writeModel } from '../onnx/graph.js';
import { softmaxRegressionModel } from '../onnx/linear-models.js';
import { OnnxScorerLoader } from './onnx-scorer-loader.js';

const loader = new OnnxScorerLoader();
const expectation = { inputs: 2, outputs: 3, probabilities: true };

const artifact = softmaxRegressionModel({
  standardisation: { means: [10, 20], scales: [2, 4] },
  weights: [1, 0, 0, 1, 0, 0],
  intercepts: [0, 0, 0],
  lineage: {},
});

/** A model of two inputs and `outputs` columns made of the given operators. */
function model(nodes: readonly NodeProto[], constants: readonly TensorProto[] = []): Uint8Array {
  return writeModel({
    name: 'probe',
    nodes,
    constants,
    inputs: [tensorInfo('features', 'float', ['N', 2])],
    outputs: [tensorInfo('probabilities', 'float', ['N', 'C'])],
    lineage: {},
  });
}

const weights = constant('weights', [2, 3], [1, 0, 0, 0, 1, 0]);

describe('OnnxScorerLoader', () => {
  it('scores rows by the formula of the model, missing values as the mean', async () => {
    const scorer = await loader.load(artifact, expectation);
    expect([scorer.inputs, scorer.outputs]).toEqual([2, 3]);
    const scores = await scorer.score(Float32Array.of(12, 24, NaN, NaN), 2);
    const e = Math.E;
    const expected = [e / (2 * e + 1), e / (2 * e + 1), 1 / (2 * e + 1), 1 / 3, 1 / 3, 1 / 3];
    expect(scores).toHaveLength(6);
    scores.forEach((score, index) => expect(score).toBeCloseTo(expected[index]!, 6));
    expect(await scorer.score(new Float32Array(0), 0)).toHaveLength(0);
    await scorer.release();
  });

  it('loads bytes that are a part of a larger buffer, as files read from disk are', async () => {
    const larger = Buffer.concat([Buffer.alloc(13, 1), artifact, Buffer.alloc(7, 2)]);
    const scorer = await loader.load(larger.subarray(13, 13 + artifact.length), expectation);
    expect(await scorer.score(Float32Array.of(10, 20), 1)).toHaveLength(3);
    await scorer.release();
  });

  it('refuses features that do not fill the rows', async () => {
    const scorer = await loader.load(artifact, expectation);
    await expect(scorer.score(new Float32Array(3), 2)).rejects.toThrow('2 rows x 2 features need 4 numbers, given 3');
    await scorer.release();
  });

  it('refuses to answer with what is no number', async () => {
    const scorer = await loader.load(artifact, expectation);
    await expect(scorer.score(Float32Array.of(1, 2, Infinity, 2), 2)).rejects.toMatchObject({
      code: 'score_not_finite',
      message: expect.stringContaining('row 2') as string,
    });
    await scorer.release();
  });

  it('answers every call that was made before release, none after, and may be released twice', async () => {
    const scorer = await loader.load(artifact, expectation);
    const running = Array.from({ length: 20 }, () => scorer.score(Float32Array.of(1, 2), 1));
    const released = scorer.release();
    await expect(scorer.score(Float32Array.of(1, 2), 1)).rejects.toMatchObject({ code: 'scorer_released' });
    const answers = await Promise.all(running);
    expect(answers.every((scores) => scores.length === 3)).toBe(true);
    await released;
    await scorer.release();
    await expect(scorer.score(Float32Array.of(1, 2), 1)).rejects.toMatchObject({ code: 'scorer_released' });
  });

  it.each<[string, string, Uint8Array]>([
    [
      'that does not sum to one',
      'sums to',
      model([node('Gemm', ['features', 'weights'], 's'), node('Sigmoid', ['s'], 'probabilities')], [weights]),
    ],
    [
      'that is negative',
      'negative probability',
      model(
        [node('Gemm', ['features', 'contrast', 'shares'], 'probabilities')],
        [constant('contrast', [2, 3], [1, -1, 0, 1, -1, 0]), constant('shares', [3], [0.5, 0.25, 0.25])],
      ),
    ],
    [
      'for missing values that is no number',
      'impute missing values inside the model',
      model(
        [node('Gemm', ['features', 'weights'], 's'), node('Softmax', ['s'], 'probabilities', { axis: 1 })],
        [weights],
      ),
    ],
    [
      'of another width',
      'must be float32 [0, 3]',
      model([node('Softmax', ['features'], 'probabilities', { axis: 1 })]),
    ],
    [
      'for two rows only',
      'rows fails',
      model(
        [node('Gemm', ['features', 'weights', 'per_row'], 's'), node('Softmax', ['s'], 'probabilities', { axis: 1 })],
        [weights, constant('per_row', [2, 3], [0, 0, 0, 0, 0, 0])],
      ),
    ],
  ])('refuses a model with an answer %s', async (_, reason, bytes) => {
    const loading = loader.load(bytes, expectation);
    await expect(loading).rejects.toMatchObject({
      kind: 'invalid',
      code: 'invalid_artifact',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('refuses a graph that ONNX Runtime cannot build', async () => {
    const broken = fromBinary(ModelProtoSchema, artifact);
    broken.graph!.node[4]!.input[1] = 'nowhere';
    await expect(loader.load(toBinary(ModelProtoSchema, broken), expectation)).rejects.toMatchObject({
      code: 'invalid_artifact',
      message: expect.stringContaining('ONNX Runtime cannot load it') as string,
    });
  });

  it('refuses bytes that are no model', async () => {
    const bytes = new TextEncoder().encode('PK not a model');
    await expect(loader.load(bytes, expectation)).rejects.toMatchObject({ code: 'invalid_artifact' });
    await expect(loader.load(new Uint8Array(0), expectation)).rejects.toMatchObject({ code: 'invalid_artifact' });
  });

  it('does not take probabilities for values', async () => {
    const loading = loader.load(artifact, { inputs: 2, outputs: 1, probabilities: false });
    await expect(loading).rejects.toMatchObject({ message: expect.stringContaining('output named "value"') as string });
  });
});
