import type { ScorerExpectation } from '@retrain/core';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import {
  GraphProtoSchema,
  TypeProto_SequenceSchema,
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ModelProto,
} from 'onnx-buf';
import { node, tensorInfo } from './graph.js';
import { inspectArtifact, readLineage } from './inspect-artifact.js';
import { linearRegressionModel, softmaxRegressionModel } from './linear-models.js';

const expectation: ScorerExpectation = { inputs: 2, outputs: 3, probabilities: true };

const artifact = softmaxRegressionModel({
  standardisation: { means: [0, 1], scales: [1, 2] },
  weights: [1, 0, 0, 1, -1, -1],
  intercepts: [0, 0.5, 1],
  lineage: { run: 'r1', data: 'abc' },
});

/** The model above, changed. */
function changed(change: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, artifact);
  change(model);
  return toBinary(ModelProtoSchema, model);
}

function reasonsOf(bytes: Uint8Array, expected = expectation): string {
  try {
    inspectArtifact(bytes, expected);
    return 'accepted';
  } catch (error) {
    expect(error).toMatchObject({ kind: 'invalid', code: 'invalid_artifact' });
    return (error as Error).message;
  }
}

describe('inspectArtifact', () => {
  it('accepts what this package writes', () => {
    expect(reasonsOf(artifact)).toBe('accepted');
    const line = linearRegressionModel({
      standardisation: { means: [0, 1], scales: [1, 2] },
      weights: [1, 2],
      intercepts: [3],
      lineage: {},
    });
    expect(reasonsOf(line, { inputs: 2, outputs: 1, probabilities: false })).toBe('accepted');
  });

  it.each<[string, string, (model: ModelProto) => void]>([
    ['an operator outside the list', 'operator Loop is not allowed', (m) => m.graph!.node.push(node('Loop', [], 'x'))],
    [
      'a custom domain',
      'operator domain "com.microsoft"',
      (m) => m.opsetImport.push({ ...m.opsetImport[0]!, domain: 'com.microsoft' }),
    ],
    [
      'an operator of a custom domain',
      'operator com.microsoft.Gemm is not allowed',
      (m) => (m.graph!.node[4]!.domain = 'com.microsoft'),
    ],
    ['a newer operator set', 'operator set ai.onnx is 99', (m) => (m.opsetImport[0]!.version = 99n)],
    ['no operator set', 'names no operator set', (m) => (m.opsetImport = [])],
    ['a newer format', 'format version (IR) is 42', (m) => (m.irVersion = 42n)],
    [
      'numbers kept in another file',
      'tensor "weights" keeps its numbers in another file',
      (m) => (m.graph!.initializer[2]!.dataLocation = TensorProto_DataLocation.EXTERNAL),
    ],
    [
      'an attribute kept in another file',
      'tensor "outside" keeps its numbers in another file',
      (m) => {
        const t = create(TensorProtoSchema, {
          name: 'outside',
          externalData: [{ key: 'location', value: '/etc/passwd' }],
        });
        m.graph!.node[0]!.attribute = [{ ...m.graph!.node[4]!.attribute[0]!, t }];
      },
    ],
    [
      'a graph inside an operator',
      'operator IsNaN holds a graph of its own',
      (m) => (m.graph!.node[0]!.attribute = [{ ...m.graph!.node[4]!.attribute[0]!, g: create(GraphProtoSchema) }]),
    ],
    ['another input name', 'one input named "features", found: "x"', (m) => (m.graph!.input[0]!.name = 'x')],
    ['a second input', 'found: "features", "more"', (m) => m.graph!.input.push(tensorInfo('more', 'float', ['N', 1]))],
    ['another output name', 'found: "label", "p"', (m) => (m.graph!.output[1]!.name = 'p')],
    [
      'an output of whole numbers',
      'output "probabilities" is INT64, must be FLOAT',
      (m) => (m.graph!.output[1] = tensorInfo('probabilities', 'int64', ['N', 3])),
    ],
    [
      'a fixed number of rows',
      'input "features" is fixed to 1 rows',
      (m) => (m.graph!.input[0] = tensorInfo('features', 'float', [1, 2])),
    ],
    [
      'a vector as input',
      'input "features" has 1 dimensions',
      (m) => (m.graph!.input[0] = tensorInfo('features', 'float', ['N'])),
    ],
    [
      'probabilities as maps',
      'export without ZipMap',
      (m) => (m.graph!.output[1]!.type!.value = { case: 'sequenceType', value: create(TypeProto_SequenceSchema) }),
    ],
  ])('refuses %s', (_, reason, change) => {
    expect(reasonsOf(changed(change))).toContain(reason);
  });

  it('refuses other numbers of features and classes, naming both and every reason at once', () => {
    const reasons = reasonsOf(artifact, { inputs: 5, outputs: 2, probabilities: true });
    expect(reasons).toContain('input "features" has 2 columns, must have 5');
    expect(reasons).toContain('output "probabilities" has 3 columns, must have 2');
  });

  it('leaves sizes that the file does not state to the probes', () => {
    const open = changed((model) => {
      model.graph!.output[1] = tensorInfo('probabilities', 'float', ['N', 'C']);
    });
    expect(reasonsOf(open)).toBe('accepted');
  });

  it('refuses bytes that are no model, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(reasonsOf(bytes)).not.toBe('accepted');
      }),
      { seed: 1 },
    );
    expect(reasonsOf(artifact.subarray(0, artifact.length / 2))).toContain('not an ONNX model');
  });
});

describe('readLineage', () => {
  it('reads what was written, and writing orders it by key', () => {
    expect(readLineage(artifact)).toEqual({ run: 'r1', data: 'abc' });
    const model = { standardisation: { means: [0], scales: [1] }, weights: [1], intercepts: [0] };
    const one = linearRegressionModel({ ...model, lineage: { a: '1', b: '2' } });
    expect(linearRegressionModel({ ...model, lineage: { b: '2', a: '1' } })).toEqual(one);
  });

  it('refuses bytes that are not a model', () => {
    expect(() => readLineage(new TextEncoder().encode('no model'))).toThrow('not an ONNX model');
  });
});
