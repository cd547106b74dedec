import type { NodeProto, TensorProto } from 'onnx-buf';
import { classificationHead, type Calibration } from './classification-head.js';
import { constant, node, tensorInfo, writeModel } from './graph.js';

/** A linear model. */
export interface LinearModel extends LinearWeights {
  readonly lineage: Readonly<Record<string, string>>;
}

/** Outputs that are linear in standardised features. */
export interface LinearWeights {
  readonly standardisation: {
    /** Per feature; also what a missing value is replaced by. */
    readonly means: ArrayLike<number>;
    /** Per feature, not zero. */
    readonly scales: ArrayLike<number>;
  };
  /** outputs x features, row-major. */
  readonly weights: ArrayLike<number>;
  /** One per output. */
  readonly intercepts: ArrayLike<number>;
}

/** Names of the constants of a linear model, by which a later fit finds them again. */
export const LINEAR_CONSTANTS = ['means', 'scales', 'weights', 'intercepts'] as const;

/**
 * A softmax regression: `features` f32[N,F], NaN = missing -> the outputs of `classificationHead`.
 */
export function softmaxRegressionModel(model: LinearModel, calibration?: Calibration): Uint8Array {
  const { width, outputs, nodes, constants } = linearLayer(model, 'scores');
  const head = classificationHead('scores', outputs, calibration);
  return writeModel({
    name: 'softmax_regression',
    nodes: [...nodes, ...head.nodes],
    constants: [...constants, ...head.constants],
    inputs: [tensorInfo('features', 'float', ['N', width])],
    outputs: head.outputs,
    lineage: model.lineage,
  });
}

/** A linear regression: `features` f32[N,F], NaN = missing -> `value` f32[N,1]. */
export function linearRegressionModel(model: LinearModel): Uint8Array {
  const { width, nodes, constants } = linearLayer(model, 'value');
  return writeModel({
    name: 'linear_regression',
    nodes,
    constants,
    inputs: [tensorInfo('features', 'float', ['N', width])],
    outputs: [tensorInfo('value', 'float', ['N', 1])],
    lineage: model.lineage,
  });
}

export interface LinearPart {
  readonly width: number;
  readonly outputs: number;
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
}

/** Impute by the mean, standardise, multiply: `features` -> `output` f32[N, outputs]. */
export function linearLayer({ standardisation, weights, intercepts }: LinearWeights, output: string): LinearPart {
  const width = standardisation.means.length;
  const outputs = intercepts.length;
  return {
    width,
    outputs,
    nodes: [
      node('IsNaN', ['features'], 'missing'),
      node('Where', ['missing', 'means', 'features'], 'complete'),
      node('Sub', ['complete', 'means'], 'centred'),
      node('Div', ['centred', 'scales'], 'standardised'),
      node('Gemm', ['standardised', 'weights', 'intercepts'], output, { transB: 1 }),
    ],
    constants: [
      constant('means', [width], standardisation.means),
      constant('scales', [width], standardisation.scales),
      constant('weights', [outputs, width], weights),
      constant('intercepts', [outputs], intercepts),
    ],
  };
}
