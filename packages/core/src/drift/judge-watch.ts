import type { FeatureSchema } from '../model/feature-schema.js';
import { driftScales, type DriftBlock, type DriftWatch } from './drift-watch.js';
import type { FeatureProfile } from './feature-profile.js';
import { movedOn } from './moved-on.js';
import { driftReport, namesOfDrifted, type DriftOptions, type DriftReport } from './report.js';

const DAY_MS = 86_400_000;

export interface WatchOptions extends Omit<DriftOptions, 'level'> {
  /** Greatest level of a block, 0..1. */
  readonly level: number;
  /** Days in which features that have not changed may alarm once, on average. */
  readonly falseAlarmBudgetDays: number;
  /** Share of judged features that has to be exceeded, 0..1. */
  readonly threshold: number;
}

/** A block compared with the champion's training data. */
export interface JudgedBlock {
  readonly block: DriftBlock;
  /** Level of its Benjamini–Hochberg procedure. */
  readonly level: number;
  readonly report: DriftReport;
  /** Drifted features that look as they did when a run last judged a candidate: in one of its blocks, in which they had drifted. */
  readonly answered: readonly string[];
  /** Share of drifted features, less the answered ones, among the judged; undefined when none could be judged. */
  readonly score?: number;
  /** Whether the score exceeds the threshold. */
  readonly drifted: boolean;
}

/** The newest block of each size, judged; and the one that speaks for all. */
export interface WatchJudgement {
  readonly blocks: readonly JudgedBlock[];
  readonly decisive?: JudgedBlock;
}

/**
 * Judges a watch: a pure function of its blocks, so that looking again changes nothing and spends nothing.
 *
 * A block's level is the days that it covers over `falseAlarmBudgetDays`, shared evenly by the sizes. Blocks of one size
 * do not overlap, so the levels spent in `falseAlarmBudgetDays` sum to one at most: one false alarm is expected, however
 * many features, rows or checks there are and however blocks depend on each other (a union bound; within a block
 * Benjamini–Hochberg holds its level for features that are independent or positively dependent).
 *
 * A drifted block stands until a block as large or larger that ended later shows no drift. The largest standing one
 * decides, or else the largest of the newest.
 */
export function judgeWatch(
  schema: FeatureSchema,
  reference: FeatureProfile,
  watch: DriftWatch,
  options: WatchOptions,
): WatchJudgement {
  const known = answeredBlocks(schema, reference, watch, options);
  const blocks = watch.blocks.map((block) => judgeBlock(schema, reference, block, known, options));
  return { blocks, decisive: decisiveOf(blocks, ({ drifted, score }) => !drifted && score !== undefined) };
}

/** The largest drifted block that still stands, or else the largest of the newest; `isClear` says which show no drift. */
export function decisiveOf<T extends { readonly block: DriftBlock; readonly drifted: boolean }>(
  blocks: readonly T[],
  isClear: (judged: T) => boolean,
): T | undefined {
  const standing = blocks.filter(
    ({ drifted, block }, scale) =>
      drifted && !blocks.some((other, size) => size >= scale && other.block.to > block.to && isClear(other)),
  );
  const newest = Math.max(...blocks.map(({ block }) => block.to.getTime()));
  return standing.at(-1) ?? blocks.findLast(({ block }) => block.to.getTime() === newest);
}

/** Of the blocks that a run has answered, those that had drifted. */
function answeredBlocks(
  schema: FeatureSchema,
  reference: FeatureProfile,
  { answered }: DriftWatch,
  options: WatchOptions,
): readonly JudgedBlock[] {
  if (!answered) return [];
  return answered.blocks
    .map((block) => judgeBlock(schema, reference, block, [], options))
    .filter(({ drifted }) => drifted);
}

function judgeBlock(
  schema: FeatureSchema,
  reference: FeatureProfile,
  block: DriftBlock,
  known: readonly JudgedBlock[],
  options: WatchOptions,
): JudgedBlock {
  const level = levelOf(block, options);
  const by = { ...options, level };
  const report = driftReport(schema, reference, block.profile, by);
  const drifted = namesOfDrifted(report);
  const answered = new Set<string>();
  for (const before of drifted.length > 0 ? known : []) {
    const then = new Set(namesOfDrifted(before.report));
    const moved = movedOn(schema, reference, { then: before.block.profile, now: block.profile }, by);
    for (const name of drifted) if (then.has(name) && !moved.has(name)) answered.add(name);
  }
  const score = report.judged > 0 ? (drifted.length - answered.size) / report.judged : undefined;
  const exceeds = score !== undefined && score > options.threshold;
  return { block, level, report, answered: [...answered], score, drifted: exceeds };
}

/** The level that a block may spend. */
export function levelOf(
  { from, to }: DriftBlock,
  { level, falseAlarmBudgetDays }: Pick<WatchOptions, 'level' | 'falseAlarmBudgetDays'>,
): number {
  const days = Math.max(0, to.getTime() - from.getTime()) / DAY_MS;
  return Math.min(level, days / falseAlarmBudgetDays / driftScales);
}
