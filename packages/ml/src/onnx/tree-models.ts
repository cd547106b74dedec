import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type AttributeProto } from 'onnx-buf';
import { classificationHead, type Calibration } from './classification-head.js';
import { mlNode, tensorInfo, writeModel } from './graph.js';

/** A regression tree as parallel lists, its root first; every number is exactly representable in float32. */
export interface Tree {
  /** Index of the feature, -1 for a leaf. */
  readonly feature: Int32Array;
  /** A value goes left when it is at most this. */
  readonly threshold: Float32Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** What a leaf adds to the score. */
  readonly value: Float32Array;
}

/** A sum of trees per output. */
export interface Ensemble {
  /** Scores before the first tree, one per output, each a float32. */
  readonly base: Float64Array;
  /** Tree after tree; the output of a tree is its position modulo the number of outputs. */
  readonly trees: readonly Tree[];
}

export interface TreeModel {
  readonly ensemble: Ensemble;
  /** Number of features. */
  readonly width: number;
  readonly lineage: Readonly<Record<string, string>>;
}

const OPERATOR = 'TreeEnsembleRegressor';

/**
 * A boosted classification: `features` f32[N,F], NaN = missing -> the outputs of `classificationHead`.
 *
 * Two classes have one output, the log odds of the second; more have one each.
 */
export function treeClassificationModel(model: TreeModel, classes: number, calibration?: Calibration): Uint8Array {
  const head = classificationHead('scores', classes, calibration);
  return writeModel({
    name: 'boosted_trees',
    nodes: [treeNode(model.ensemble, classes, 'scores'), ...head.nodes],
    constants: head.constants,
    inputs: [tensorInfo('features', 'float', ['N', model.width])],
    outputs: head.outputs,
    lineage: model.lineage,
  });
}

/** A boosted regression: `features` f32[N,F], NaN = missing -> `value` f32[N,1]. */
export function treeRegressionModel(model: TreeModel): Uint8Array {
  return writeModel({
    name: 'boosted_trees',
    nodes: [treeNode(model.ensemble, 1, 'value')],
    constants: [],
    inputs: [tensorInfo('features', 'float', ['N', model.width])],
    outputs: [tensorInfo('value', 'float', ['N', 1])],
    lineage: model.lineage,
  });
}

/** A tree that adds nothing. */
const NOTHING: Tree = {
  feature: Int32Array.of(-1),
  threshold: Float32Array.of(0),
  missingLeft: Uint8Array.of(0),
  left: Int32Array.of(0),
  right: Int32Array.of(0),
  value: Float32Array.of(0),
};

function treeNode({ base, trees: grown }: Ensemble, targets: number, output: string) {
  const outputs = base.length;
  // ONNX Runtime forgets the base scores of a model without any tree.
  const trees = grown.length > 0 ? grown : Array.from(base, () => NOTHING);
  // A single output of several targets is the last one: the first class of two has score 0.
  const first = targets - outputs;
  const nodes = trees.flatMap((tree, id) =>
    Array.from(tree.feature, (feature, index) => ({ tree, id, feature, index })),
  );
  const leaves = nodes.filter(({ feature }) => feature < 0);
  return mlNode(OPERATOR, ['features'], output, {
    n_targets: targets,
    aggregate_function: 'SUM',
    post_transform: 'NONE',
    base_values: { floats: [...new Array<number>(first).fill(0), ...base] },
    nodes_treeids: { ints: nodes.map(({ id }) => id) },
    nodes_nodeids: { ints: nodes.map(({ index }) => index) },
    nodes_featureids: { ints: nodes.map(({ feature }) => Math.max(0, feature)) },
    nodes_modes: { strings: nodes.map(({ feature }) => (feature < 0 ? 'LEAF' : 'BRANCH_LEQ')) },
    nodes_values: { floats: nodes.map(({ tree, index }) => tree.threshold[index]!) },
    nodes_truenodeids: { ints: nodes.map(({ tree, index }) => tree.left[index]!) },
    nodes_falsenodeids: { ints: nodes.map(({ tree, index }) => tree.right[index]!) },
    nodes_missing_value_tracks_true: { ints: nodes.map(({ tree, index }) => tree.missingLeft[index]!) },
    target_treeids: { ints: leaves.map(({ id }) => id) },
    target_nodeids: { ints: leaves.map(({ index }) => index) },
    target_ids: { ints: leaves.map(({ id }) => first + (id % outputs)) },
    target_weights: { floats: leaves.map(({ tree, index }) => tree.value[index]!) },
  });
}

/**
 * The trees of an artifact that one of the functions above wrote.
 *
 * @param outputs trees per iteration.
 * @returns undefined when it holds none.
 */
export function readEnsemble(artifact: Uint8Array, outputs: number): Ensemble | undefined {
  const { graph } = fromBinary(ModelProtoSchema, artifact);
  const attributes = graph?.node.find(({ opType }) => opType === OPERATOR)?.attribute;
  if (!attributes) return undefined;
  const named = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  const ints = (name: string) => (named.get(name) as AttributeProto).ints.map(Number);
  const floats = (name: string) => (named.get(name) as AttributeProto).floats;
  const base = Float64Array.from(floats('base_values')).slice(-outputs);
  const [treeIds, features, left, right] = ['treeids', 'featureids', 'truenodeids', 'falsenodeids'].map((name) =>
    ints(`nodes_${name}`),
  );
  const thresholds = floats('nodes_values');
  const missingLeft = ints('nodes_missing_value_tracks_true');
  const values = new Map<string, number>();
  const [leafTrees, leafNodes, weights] = [ints('target_treeids'), ints('target_nodeids'), floats('target_weights')];
  weights.forEach((weight, index) => values.set(`${leafTrees[index]}/${leafNodes[index]}`, weight));
  const trees: Tree[] = [];
  for (let from = 0, to = 0; from < treeIds!.length; from = to) {
    const id = treeIds![from]!;
    while (treeIds![to] === id) to++;
    const leaf = Array.from({ length: to - from }, (_, index) => values.get(`${id}/${index}`));
    trees.push({
      feature: Int32Array.from(leaf, (value, index) => (value === undefined ? features![from + index]! : -1)),
      threshold: Float32Array.from(thresholds.slice(from, to)),
      missingLeft: Uint8Array.from(missingLeft.slice(from, to)),
      left: Int32Array.from(left!.slice(from, to)),
      right: Int32Array.from(right!.slice(from, to)),
      value: Float32Array.from(leaf, (value) => value ?? 0),
    });
  }
  return { base, trees };
}
