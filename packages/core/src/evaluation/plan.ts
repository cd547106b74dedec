import { rowsBefore, type Dataset } from '../dataset/dataset.js';
import { conflict, unprocessable } from '../shared/errors.js';
import type { EvaluationBlock } from './paired-evaluation.js';

/** What a plan is made for. */
export interface PlanOptions {
  /** Every training row of the champion happened before this instant; undefined when there is none or nobody knows. */
  readonly championTrainedUntil?: Date;
  /** Rows to judge on, at least, and at most. */
  readonly min_rows: number;
  readonly max_rows: number;
  /** Refits, at most. */
  readonly blocks: number;
}

/** Which rows are judged, and by which fits. */
export interface EvaluationPlan {
  /** Judged rows are [from, to) of the dataset. */
  readonly from: number;
  readonly to: number;
  /** Disjoint, ascending, together exactly the judged rows. */
  readonly blocks: readonly EvaluationBlock[];
  /** The champion scores rows [championFrom, to) as it is; rows [from, championFrom) need refits of its recipe. */
  readonly championFrom: number;
}

/** Fewer rows than this are too few to fit on, and too few to judge on. */
export const fewestRows = 30;

/**
 * Plans a rolling-origin evaluation (Tashman 2000): expanding windows, each block judged by a fit on earlier rows only.
 *
 * Judged are the rows that the champion was not fitted on, the newest `max_rows` of them. When those are fewer than
 * `min_rows` (or when there is no champion) the origin moves back, at most to the middle of the data. Rows of one instant
 * are never split: all of them are predicted before any is learned.
 * Throws `too_little_data` when fewer than 30 rows can be fitted on or judged.
 */
export function planBlocks(dataset: Pick<Dataset, 'times' | 'rows'>, options: PlanOptions): EvaluationPlan {
  const { rows } = dataset;
  const times = dataset.times.subarray(0, rows);
  checkOrder(times);
  const trainedUntil = options.championTrainedUntil?.getTime();
  const firstFresh = trainedUntil === undefined ? rows : rowsBefore(dataset, trainedUntil);
  const wanted = Math.min(Math.max(rows - firstFresh, options.min_rows), options.max_rows);
  const earliest = Math.max(fewestRows, Math.min(firstFresh, Math.floor(rows / 2)));
  const from = startOfJudging(times, Math.max(earliest, rows - wanted), options.max_rows);
  if (from < fewestRows || rows - from < fewestRows) {
    throw unprocessable(
      'too_little_data',
      `${rows} rows are too few to evaluate a model: ${fewestRows} are needed to fit on and ${fewestRows} later ones to judge on.`,
    );
  }
  const blocks = cutBlocks(times, from, Math.max(1, options.blocks));
  assertRollingOrigin(blocks, times);
  return { from, to: rows, blocks, championFrom: Math.max(from, firstFresh) };
}

/**
 * Throws `evaluation_leaks` unless every block is judged on rows strictly later than all rows it is fitted on, and the
 * blocks are disjoint and ascending. Cheap enough to be asserted on every real evaluation.
 */
export function assertRollingOrigin(blocks: readonly EvaluationBlock[], times: Float64Array): void {
  let judgedTo = 0;
  for (const { fitRows, from, to } of blocks) {
    const ordered = fitRows > 0 && fitRows <= from && from < to && to <= times.length && from >= judgedTo;
    if (!ordered || times[fitRows - 1]! >= times[from]!) {
      throw conflict(
        'evaluation_leaks',
        `The block fitted on rows before ${fitRows} and judged on rows ${from} to ${to} would judge what it was fitted on.`,
        { fit_rows: fitRows, from, to },
      );
    }
    judgedTo = to;
  }
}

/** The first row of an instant near `wanted`: the instant it is in, or the next one when that would exceed the maximum. */
function startOfJudging(times: Float64Array, wanted: number, mostRows: number): number {
  const before = startOfInstant(times, wanted);
  if (before >= fewestRows && times.length - before <= mostRows) return before;
  const after = startOfNextInstant(times, wanted);
  return before < fewestRows || times.length - after >= fewestRows ? after : before;
}

/** Blocks of about equally many rows, cut only between instants. */
function cutBlocks(times: Float64Array, from: number, most: number): EvaluationBlock[] {
  const blocks: EvaluationBlock[] = [];
  let start = from;
  for (let block = 1; block <= most; block++) {
    const aim = from + Math.round(((times.length - from) * block) / most);
    const end = block === most ? times.length : startOfInstant(times, aim);
    if (end <= start) continue;
    blocks.push({ fitRows: start, from: start, to: end });
    start = end;
  }
  return blocks;
}

function startOfInstant(times: Float64Array, row: number): number {
  let start = row;
  while (start > 0 && start < times.length && times[start - 1] === times[start]) start--;
  return start;
}

function startOfNextInstant(times: Float64Array, row: number): number {
  if (row === 0) return 0;
  let start = row;
  while (start < times.length && times[start] === times[start - 1]) start++;
  return start;
}

function checkOrder(times: Float64Array): void {
  for (let row = 0; row < times.length; row++) {
    const wrong = !Number.isFinite(times[row]!) || (row > 0 && times[row]! < times[row - 1]!);
    if (wrong)
      throw unprocessable('times_not_ascending', `Row ${row} is older than the row before it, or has no time.`);
  }
}
