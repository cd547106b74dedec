import type { Tree } from '../../onnx/tree-models.js';
import { MISSING_BIN, type Binned } from './binning.js';
import { findSplit, type Split, type SplitRules, type Totals } from './find-split.js';
import { Histograms, subtract, type Histogram } from './histogram.js';
import { TreeBuilder } from './tree.js';
import type { RowWeights } from './weights.js';

export interface GrowthRules {
  readonly learningRate: number;
  readonly maxLeafNodes: number;
  readonly maxDepth: number;
  readonly minSamplesLeaf: number;
  readonly l2: number;
}

/** A node that may still be split: its rows are rows[from..to) of the grower. */
interface Leaf {
  readonly node: number;
  readonly depth: number;
  readonly from: number;
  readonly to: number;
  readonly totals: Totals;
  readonly histogram?: Histogram;
  readonly split?: Split;
}

/** Grows trees on one binned dataset, the leaf with the largest gain first, until there are enough leaves. */
export class TreeGrower {
  private readonly histograms: Histograms;
  private readonly splitRules: SplitRules;
  private readonly aside: Int32Array;
  private readonly goesLeft = new Uint8Array(256);

  constructor(
    private readonly binned: Binned,
    private readonly weights: RowWeights,
    private readonly rules: GrowthRules,
  ) {
    this.histograms = new Histograms(binned, weights);
    this.splitRules = { minSamplesLeaf: rules.minSamplesLeaf, l2: rules.l2, unit: weights.unit };
    this.aside = new Int32Array(binned.rows);
  }

  /**
   * @param rows the rows to grow on; left in the order of the leaves.
   * @param columns positions among the used features that may be split on.
   * @param onLeaf told every leaf of the finished tree: its value and its rows, rows[from..to).
   */
  grow(rows: Int32Array, columns: Int32Array, onLeaf: (value: number, from: number, to: number) => void): Tree {
    const builder = new TreeBuilder();
    const totals = this.weights.totals(rows);
    const root = { node: builder.leaf(this.valueOf(totals)), depth: 0, from: 0, to: rows.length, totals };
    const leaves: Leaf[] = [this.prepared(root, columns, this.histograms.count(rows, 0, rows.length))];
    while (leaves.length < this.rules.maxLeafNodes) {
      const index = mostGain(leaves);
      if (index < 0) break;
      const [left, right] = this.split(builder, leaves[index]!, rows, columns, leaves.length + 1);
      leaves.splice(index, 1, left, right);
    }
    for (const { totals: sums, from, to, histogram } of leaves) {
      if (histogram) this.histograms.discard(histogram);
      onLeaf(this.valueOf(sums), from, to);
    }
    return builder.build();
  }

  private split(
    builder: TreeBuilder,
    { node, depth, from, to, histogram, split }: Leaf,
    rows: Int32Array,
    columns: Int32Array,
    leaves: number,
  ): [Leaf, Leaf] {
    const { column, bin, missingLeft, left, right } = split!;
    const middle = this.part(rows, from, to, split!);
    const leftNode = builder.leaf(this.valueOf(left));
    const rightNode = builder.leaf(this.valueOf(right));
    const threshold = this.binned.thresholds[column]![bin]!;
    builder.split(node, this.binned.used[column]!, threshold, missingLeft, leftNode, rightNode);
    const one: Leaf = { node: leftNode, depth: depth + 1, from, to: middle, totals: left };
    const two: Leaf = { node: rightNode, depth: depth + 1, from: middle, to, totals: right };
    const tooSmall = Math.max(middle - from, to - middle) < 2 * this.rules.minSamplesLeaf;
    if (tooSmall || leaves >= this.rules.maxLeafNodes || depth + 1 >= this.rules.maxDepth) {
      this.histograms.discard(histogram!);
      return [one, two];
    }
    // The smaller child is counted; the larger one is what remains of the parent.
    const counted = middle - from <= to - middle ? one : two;
    const small = this.histograms.count(rows, counted.from, counted.to);
    subtract(histogram!, small);
    return counted === one
      ? [this.prepared(one, columns, small), this.prepared(two, columns, histogram!)]
      : [this.prepared(one, columns, histogram!), this.prepared(two, columns, small)];
  }

  private prepared(leaf: Leaf, columns: Int32Array, histogram: Histogram): Leaf {
    const split = findSplit(histogram, leaf.totals, this.binned, columns, this.splitRules);
    if (split) return { ...leaf, histogram, split };
    this.histograms.discard(histogram);
    return leaf;
  }

  /** Orders rows[from..to) into those that go left and those that go right, each in ascending order; tells where right begins. */
  private part(rows: Int32Array, from: number, to: number, { column, bin, missingLeft }: Split): number {
    const { goesLeft, aside } = this;
    for (let index = 0; index < 256; index++) goesLeft[index] = index <= bin ? 1 : 0;
    goesLeft[MISSING_BIN] = missingLeft ? 1 : 0;
    const bins = this.binned.columns[column]!;
    let kept = from;
    let moved = 0;
    for (let index = from; index < to; index++) {
      const row = rows[index]!;
      const stays = goesLeft[bins[row]!]!;
      rows[kept] = row;
      aside[moved] = row;
      kept += stays;
      moved += 1 - stays;
    }
    rows.set(aside.subarray(0, moved), kept);
    return kept;
  }

  /** The step that minimises the objective to second order, shrunk by the learning rate; a float32. */
  private valueOf({ gradient, weight }: Totals): number {
    const hessian = weight - Math.floor(weight / this.weights.unit) * this.weights.unit;
    return Math.fround((-this.rules.learningRate * gradient) / (hessian + this.rules.l2));
  }
}

function mostGain(leaves: readonly Leaf[]): number {
  let best = -1;
  let gain = 0;
  leaves.forEach(({ split }, index) => {
    if (split && split.gain > gain) [best, gain] = [index, split.gain];
  });
  return best;
}
