import type { NodeProto, TensorProto } from 'onnx-buf';
import { classificationHead, type Calibration } from './classification-head.js';
import { constant, node, tensorInfo, writeModel } from './graph.js';
import { linearLayer, type LinearWeights } from './linear-models.js';

/** A network of one hidden layer with rectified units on standardised features. */
export interface NeuralModel {
  readonly hidden: LinearWeights;
  /** outputs x hidden units, row-major. */
  readonly outputWeights: ArrayLike<number>;
  /** One per output. */
  readonly outputIntercepts: ArrayLike<number>;
  readonly lineage: Readonly<Record<string, string>>;
}

/** Names of the constants of the output layer; those of the hidden one are those of a linear model. */
export const OUTPUT_CONSTANTS = ['output_weights', 'output_intercepts'] as const;

/** A network for classes: `features` f32[N,F], NaN = missing -> the outputs of `classificationHead`. */
export function neuralClassificationModel(model: NeuralModel, calibration?: Calibration): Uint8Array {
  const { width, nodes, constants } = layers(model, 'scores');
  const head = classificationHead('scores', model.outputIntercepts.length, calibration);
  return writeModel({
    name: 'neural_network',
    nodes: [...nodes, ...head.nodes],
    constants: [...constants, ...head.constants],
    inputs: [tensorInfo('features', 'float', ['N', width])],
    outputs: head.outputs,
    lineage: model.lineage,
  });
}

/** A network for numbers: `features` f32[N,F], NaN = missing -> `value` f32[N,1]. */
export function neuralRegressionModel(model: NeuralModel): Uint8Array {
  const { width, nodes, constants } = layers(model, 'value');
  return writeModel({
    name: 'neural_network',
    nodes,
    constants,
    inputs: [tensorInfo('features', 'float', ['N', width])],
    outputs: [tensorInfo('value', 'float', ['N', 1])],
    lineage: model.lineage,
  });
}

function layers({ hidden, outputWeights, outputIntercepts }: NeuralModel, output: string) {
  const layer = linearLayer(hidden, 'hidden_scores');
  const outputs = outputIntercepts.length;
  const [weights, intercepts] = OUTPUT_CONSTANTS;
  const nodes: NodeProto[] = [
    ...layer.nodes,
    node('Relu', ['hidden_scores'], 'hidden'),
    node('Gemm', ['hidden', weights, intercepts], output, { transB: 1 }),
  ];
  const constants: TensorProto[] = [
    ...layer.constants,
    constant(weights, [outputs, layer.outputs], outputWeights),
    constant(intercepts, [outputs], outputIntercepts),
  ];
  return { width: layer.width, nodes, constants };
}
