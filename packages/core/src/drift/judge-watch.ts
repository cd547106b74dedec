import type { FeatureSchema } from '../model/feature-schema.js';
import { driftScales, type DriftBlock, type DriftWatch } from './drift-watch.js';
import type { FeatureProfile } from './feature-profile.js';
import { driftReport, type DriftOptions, type DriftReport } from './report.js';

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
  /** Drifted features that had drifted as far when a run last judged a candidate. */
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
  const known = answeredBlock(schema, reference, watch, options);
  const blocks = watch.blocks.map((block) => judgeBlock(schema, reference, block, known, options));
  const standing = blocks.filter(
    ({ drifted, block }, scale) =>
      drifted && !blocks.some((other, size) => size >= scale && other.block.to > block.to && isClear(other)),
  );
  const newest = Math.max(...blocks.map(({ block }) => block.to.getTime()));
  const decisive = standing.at(-1) ?? blocks.findLast(({ block }) => block.to.getTime() === newest);
  return { blocks, decisive };
}

const isClear = ({ drifted, score }: JudgedBlock) => !drifted && score !== undefined;

/** Of the blocks that a run has answered, the largest that had drifted. */
function answeredBlock(
  schema: FeatureSchema,
  reference: FeatureProfile,
  { answered }: DriftWatch,
  options: WatchOptions,
): JudgedBlock | undefined {
  return answered?.blocks
    .map((block) => judgeBlock(schema, reference, block, undefined, options))
    .findLast(({ drifted }) => drifted);
}

function judgeBlock(
  schema: FeatureSchema,
  reference: FeatureProfile,
  block: DriftBlock,
  known: JudgedBlock | undefined,
  options: WatchOptions,
): JudgedBlock {
  const level = levelOf(block, options);
  const report = driftReport(schema, reference, block.profile, { ...options, level });
  const drifted = namesOfDrifted(report);
  const answered = known && drifted.size > 0 ? unchangedSince(schema, known, block, { ...options, level }) : [];
  const left = drifted.size - answered.length;
  const score = report.judged > 0 ? left / report.judged : undefined;
  return { block, level, report, answered, score, drifted: score !== undefined && score > options.threshold };

  /** Drifted features that had drifted in the answered block too, and have not moved on since. */
  function unchangedSince(
    schema: FeatureSchema,
    { block: before, report }: JudgedBlock,
    now: DriftBlock,
    by: DriftOptions,
  ) {
    const then = namesOfDrifted(report);
    const moved = namesOfDrifted(driftReport(schema, before.profile, now.profile, by));
    return [...drifted].filter((name) => then.has(name) && !moved.has(name));
  }
}

function levelOf({ from, to }: DriftBlock, { level, falseAlarmBudgetDays }: WatchOptions): number {
  const days = Math.max(0, to.getTime() - from.getTime()) / DAY_MS;
  return Math.min(level, days / falseAlarmBudgetDays / driftScales);
}

function namesOfDrifted({ features }: DriftReport): ReadonlySet<string> {
  return new Set(features.filter(({ status }) => status === 'drifted').map(({ name }) => name));
}
