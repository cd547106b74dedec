import type { FeatureSchema } from '../model/feature-schema.js';
import { classifyDomains, type DomainClassification } from './domain-classifier.js';
import type { DriftBlock, DriftWatch } from './drift-watch.js';
import { decisiveOf, levelOf } from './judge-watch.js';

export interface DomainRule {
  /** Greatest level of a block, 0..1. */
  readonly level: number;
  /** Days in which rows like the reference may alarm once, on average. */
  readonly falseAlarmBudgetDays: number;
  /** Rows needed on each side. */
  readonly minRows: number;
  /** An area under the ROC curve below this is too small to matter, 0.5..1. */
  readonly minimumAuc: number;
  readonly seed: number;
}

/** Raw rows (row-major float32, columns as in the schema): of the reference, and of each block, also of the answered ones. */
export interface DomainRows {
  readonly reference: Float32Array;
  readonly blocks: ReadonlyMap<DriftBlock, Float32Array>;
}

/** A block told from the champion's training rows by a classifier, or not. */
export interface JudgedDomain {
  readonly block: DriftBlock;
  readonly level: number;
  /** Undefined where rows were too few. */
  readonly found?: DomainClassification;
  /** It drifted, but no classifier tells it from a block that had drifted when a run last judged a candidate. */
  readonly answered: boolean;
  readonly drifted: boolean;
}

/**
 * Judges the blocks of a watch by the classifier two-sample test, which sees what no feature shows by itself: how features go together.
 *
 * Levels, and which block speaks for all, are as in `judgeWatch`. A pure function of its rows: looking again spends nothing.
 */
export function judgeDomains(
  schema: FeatureSchema,
  watch: DriftWatch,
  rows: DomainRows,
  rule: DomainRule,
): { readonly blocks: readonly JudgedDomain[]; readonly decisive?: JudgedDomain } {
  const differ = (before: Float32Array, block: DriftBlock) => {
    const level = levelOf(block, rule);
    const now = rows.blocks.get(block) ?? new Float32Array();
    const found = classifyDomains(schema, before, now, rule);
    return { found, level, differs: found !== undefined && found.pValue <= level && found.auc >= rule.minimumAuc };
  };
  const known = (watch.answered?.blocks ?? []).filter((block) => differ(rows.reference, block).differs);
  const blocks = watch.blocks.map((block): JudgedDomain => {
    const { found, level, differs } = differ(rows.reference, block);
    const answered = differs && known.some((before) => !differ(rows.blocks.get(before)!, block).differs);
    return { block, level, found, answered, drifted: differs && !answered };
  });
  return { blocks, decisive: decisiveOf(blocks, ({ drifted, found }) => !drifted && found !== undefined) };
}
