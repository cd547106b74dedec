import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  GraphProtoSchema,
  NodeProtoSchema,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { constant, indices, node, tensorInfo, writeModel } from '../../onnx/graph.js';

/** Parts of a network of one hidden layer, in the order in which they are stored: rows x columns, row-major. */
export const PARAMETERS = ['hidden_weights', 'hidden_intercepts', 'output_weights', 'output_intercepts'] as const;

/** What the loop carries from batch to batch: the parameters, their two moments, the steps so far, the losses added up. */
export const STATE = [
  ...PARAMETERS,
  ...PARAMETERS.map((name) => `${name}_mean`),
  ...PARAMETERS.map((name) => `${name}_square`),
  'steps',
  'loss',
] as const;

/** Decay of Adam's moments and what keeps it from dividing by zero (Kingma & Ba 2015). */
const DECAY = { mean: 0.9, square: 0.999 };
const EPSILON = 1e-8;

/**
 * One epoch of training as an ONNX graph: a loop over batches, each forward, backward and an Adam step.
 *
 * Inputs: `rows` f32[N,F], `truths` f32[N,C] (one-hot classes, or values), `order` int32[batches,size], `batches` int64
 * scalar, `learning_rate` and `l2` f32 scalars, and the state by the names of `STATE`. Outputs: the state after the epoch,
 * each name with `_after`. The loss is the mean log loss, or half the mean squared error, plus l2 / 2 x squared weights
 * (intercepts are free); `loss` adds up the means of the batches without the penalty.
 */
export function trainingGraph(classification: boolean): Uint8Array {
  const loop = create(NodeProtoSchema, {
    opType: 'Loop',
    name: 'epoch',
    input: ['batches', '', ...STATE],
    output: STATE.map((name) => `${name}_after`),
    attribute: [{ name: 'body', type: AttributeProto_AttributeType.GRAPH, g: body(classification) }],
  });
  const any = (name: string) => tensorInfo(name, 'float', shapeOf(name));
  return writeModel({
    name: 'training_epoch',
    nodes: [loop],
    constants: [],
    inputs: [
      tensorInfo('rows', 'float', ['N', 'F']),
      tensorInfo('truths', 'float', ['N', 'C']),
      tensorInfo('order', 'int32', ['B', 'S']),
      tensorInfo('batches', 'int64', []),
      tensorInfo('learning_rate', 'float', []),
      tensorInfo('l2', 'float', []),
      ...STATE.map(any),
    ],
    outputs: STATE.map((name) => tensorInfo(`${name}_after`, 'float', shapeOf(name))),
    lineage: {},
  });
}

function shapeOf(name: string): string[] {
  if (name.startsWith('hidden_weights')) return ['F', 'H'];
  if (name.startsWith('hidden_intercepts')) return ['H'];
  if (name.startsWith('output_weights')) return ['H', 'C'];
  return name.startsWith('output_intercepts') ? ['C'] : [];
}

function body(classification: boolean) {
  const constants: TensorProto[] = [
    indices('over_rows', [0]),
    constant('one', [], [1]),
    constant('zero', [], [0]),
    constant('half', [], [0.5]),
    constant('epsilon', [], [EPSILON]),
    constant('keep_mean', [], [DECAY.mean]),
    constant('take_mean', [], [1 - DECAY.mean]),
    constant('keep_square', [], [DECAY.square]),
    constant('take_square', [], [1 - DECAY.square]),
  ];
  const nodes: NodeProto[] = [
    node('Identity', ['going'], 'going_after'),
    node('Gather', ['order', 'batch'], 'chosen', { axis: 0 }),
    node('Gather', ['rows', 'chosen'], 'x', { axis: 0 }),
    node('Gather', ['truths', 'chosen'], 'y', { axis: 0 }),
    ...forward(),
    ...(classification ? logLoss() : squaredLoss()),
    ...backward(),
    ...rate(),
    ...PARAMETERS.flatMap(adam),
  ];
  const state = (suffix: string) => STATE.map((name) => tensorInfo(`${name}${suffix}`, 'float', shapeOf(name)));
  return create(GraphProtoSchema, {
    name: 'batch',
    node: nodes,
    initializer: constants,
    input: [tensorInfo('batch', 'int64', []), tensorInfo('going', 'bool', []), ...state('_in')],
    output: [tensorInfo('going_after', 'bool', []), ...state('_out')],
  });
}

function forward(): NodeProto[] {
  return [
    node('Gemm', ['x', 'hidden_weights_in', 'hidden_intercepts_in'], 'hidden_scores'),
    node('Relu', ['hidden_scores'], 'hidden'),
    node('Gemm', ['hidden', 'output_weights_in', 'output_intercepts_in'], 'scores'),
  ];
}

function logLoss(): NodeProto[] {
  return [
    node('Softmax', ['scores'], 'answers', { axis: 1 }),
    node('LogSoftmax', ['scores'], 'logarithms', { axis: 1 }),
    node('Mul', ['logarithms', 'y'], 'hits'),
    node('ReduceSum', ['hits'], 'hits_in_all', { keepdims: 0 }),
    node('Neg', ['hits_in_all'], 'batch_loss'),
  ];
}

function squaredLoss(): NodeProto[] {
  return [
    node('Identity', ['scores'], 'answers'),
    node('Sub', ['scores', 'y'], 'misses'),
    node('ReduceSumSquare', ['misses'], 'misses_in_all', { keepdims: 0 }),
    node('Mul', ['misses_in_all', 'half'], 'batch_loss'),
  ];
}

/** For both losses the slope of a score is answer - truth. */
function backward(): NodeProto[] {
  return [
    node('Sub', ['answers', 'y'], 'surprise'),
    node('Shape', ['chosen'], 'size_of_batch'),
    node('Squeeze', ['size_of_batch'], 'size_as_scalar'),
    node('Cast', ['size_as_scalar'], 'size', { to: 1 }),
    node('Div', ['surprise', 'size'], 'slope'),
    node('Div', ['batch_loss', 'size'], 'mean_loss'),
    node('Add', ['loss_in', 'mean_loss'], 'loss_out'),
    node('Gemm', ['hidden', 'slope', ''], 'output_weights_bare', { transA: 1 }),
    node('Gemm', ['slope', 'output_weights_in', ''], 'hidden_slope_open', { transB: 1 }),
    node('Greater', ['hidden', 'zero'], 'active'),
    node('Cast', ['active'], 'active_units', { to: 1 }),
    node('Mul', ['hidden_slope_open', 'active_units'], 'hidden_slope'),
    node('Gemm', ['x', 'hidden_slope', ''], 'hidden_weights_bare', { transA: 1 }),
    node('ReduceSum', ['slope', 'over_rows'], 'output_intercepts_slope', { keepdims: 0 }),
    node('ReduceSum', ['hidden_slope', 'over_rows'], 'hidden_intercepts_slope', { keepdims: 0 }),
    ...['hidden_weights', 'output_weights'].flatMap((name) => [
      node('Mul', [`${name}_in`, 'l2'], `${name}_pull`),
      node('Add', [`${name}_bare`, `${name}_pull`], `${name}_slope`),
    ]),
  ];
}

/** Adam's step length, corrected for moments that begin at zero. */
function rate(): NodeProto[] {
  return [
    node('Add', ['steps_in', 'one'], 'steps_out'),
    ...(['mean', 'square'] as const).flatMap((moment) => [
      node('Pow', [`keep_${moment}`, 'steps_out'], `${moment}_decayed`),
      node('Sub', ['one', `${moment}_decayed`], `${moment}_correction`),
    ]),
    node('Sqrt', ['square_correction'], 'square_correction_root'),
    node('Mul', ['learning_rate', 'square_correction_root'], 'rate_open'),
    node('Div', ['rate_open', 'mean_correction'], 'rate'),
  ];
}

function adam(name: string): NodeProto[] {
  return [
    node('Mul', [`${name}_mean_in`, 'keep_mean'], `${name}_mean_kept`),
    node('Mul', [`${name}_slope`, 'take_mean'], `${name}_mean_taken`),
    node('Add', [`${name}_mean_kept`, `${name}_mean_taken`], `${name}_mean_out`),
    node('Mul', [`${name}_slope`, `${name}_slope`], `${name}_squared`),
    node('Mul', [`${name}_square_in`, 'keep_square'], `${name}_square_kept`),
    node('Mul', [`${name}_squared`, 'take_square'], `${name}_square_taken`),
    node('Add', [`${name}_square_kept`, `${name}_square_taken`], `${name}_square_out`),
    node('Sqrt', [`${name}_square_out`], `${name}_root`),
    node('Add', [`${name}_root`, 'epsilon'], `${name}_divisor`),
    node('Div', [`${name}_mean_out`, `${name}_divisor`], `${name}_direction`),
    node('Mul', [`${name}_direction`, 'rate'], `${name}_step`),
    node('Sub', [`${name}_in`, `${name}_step`], `${name}_out`),
  ];
}
