import type { NodeProto, TensorProto, ValueInfoProto } from 'onnx-buf';
import { constant, node, tensorInfo } from './graph.js';

/**
 * A correction of probabilities: the logarithm of each is multiplied by the slope of its class and moved by its offset, then
 * all are made to sum to one again. Equal slopes 1 / T and no offsets are a temperature T.
 */
export interface Calibration {
  /** One per class, above 0. */
  readonly slopes: Float64Array;
  /** One per class. */
  readonly offsets: Float64Array;
}

interface GraphPart {
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
  readonly outputs: readonly ValueInfoProto[];
}

/**
 * The end of every classification graph: scores f32[N,C] -> `probabilities` f32[N,C] and `label` int64[N] (the index of the
 * most probable class); with a calibration also `uncalibrated` f32[N,C].
 */
export function classificationHead(scores: string, classes: number, calibration?: Calibration): GraphPart {
  const label = node('ArgMax', ['probabilities'], 'label', { axis: 1, keepdims: 0 });
  const outputs = [tensorInfo('label', 'int64', ['N']), tensorInfo('probabilities', 'float', ['N', classes])];
  if (!calibration) {
    return { nodes: [node('Softmax', [scores], 'probabilities', { axis: 1 }), label], constants: [], outputs };
  }
  return {
    nodes: [
      node('Softmax', [scores], 'uncalibrated', { axis: 1 }),
      node('LogSoftmax', [scores], 'log_probabilities', { axis: 1 }),
      node('Mul', ['log_probabilities', 'calibration_slopes'], 'stretched'),
      node('Add', ['stretched', 'calibration_offsets'], 'calibrated_scores'),
      node('Softmax', ['calibrated_scores'], 'probabilities', { axis: 1 }),
      label,
    ],
    constants: [
      constant('calibration_slopes', [classes], calibration.slopes),
      constant('calibration_offsets', [classes], calibration.offsets),
    ],
    outputs: [...outputs, tensorInfo('uncalibrated', 'float', ['N', classes])],
  };
}
