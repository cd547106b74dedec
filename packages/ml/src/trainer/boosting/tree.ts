import type { Tree } from '../../onnx/tree-models.js';

/** Adds a tree's values for rows [from, to) of a row-major feature matrix to `scores`, whose first number is of row `from`. */
export function addScores(
  { feature, threshold, missingLeft, left, right, value }: Tree,
  features: Float32Array,
  width: number,
  from: number,
  to: number,
  scores: Float64Array,
): void {
  for (let row = from; row < to; row++) {
    const line = row * width;
    let node = 0;
    while (feature[node]! >= 0) {
      const input = features[line + feature[node]!]!;
      const goesLeft = input === input ? input <= threshold[node]! : missingLeft[node] === 1;
      node = goesLeft ? left[node]! : right[node]!;
    }
    scores[row - from]! += value[node]!;
  }
}

/** Grows the lists of a tree node by node. */
export class TreeBuilder {
  private readonly nodes: {
    feature: number;
    threshold: number;
    missingLeft: boolean;
    left: number;
    right: number;
    value: number;
  }[] = [];

  /** Adds a leaf and tells its number. */
  leaf(value: number): number {
    return this.nodes.push({ feature: -1, threshold: 0, missingLeft: false, left: 0, right: 0, value }) - 1;
  }

  /** Makes a leaf an inner node. */
  split(node: number, feature: number, threshold: number, missingLeft: boolean, left: number, right: number): void {
    this.nodes[node] = { feature, threshold, missingLeft, left, right, value: 0 };
  }

  build(): Tree {
    const { nodes } = this;
    return {
      feature: Int32Array.from(nodes, (node) => node.feature),
      threshold: Float32Array.from(nodes, (node) => node.threshold),
      missingLeft: Uint8Array.from(nodes, (node) => (node.missingLeft ? 1 : 0)),
      left: Int32Array.from(nodes, (node) => node.left),
      right: Int32Array.from(nodes, (node) => node.right),
      value: Float32Array.from(nodes, (node) => node.value),
    };
  }
}
