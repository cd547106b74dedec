import { rowsBefore, slice, type Dataset } from '../dataset/dataset.js';
import { unprocessable } from '../shared/errors.js';

/** Rows [from, to) of a course: all served by one version, then the check. */
export interface CourseRound {
  readonly from: number;
  readonly to: number;
  /** Epoch milliseconds: the triggers are judged as of here, knowing the outcomes of every row before it. */
  readonly checkAt: number;
}

/** The history that every policy plays through. */
export interface Course {
  /** All rows up to the end of the course; those before the first round are only fitted on. */
  readonly dataset: Dataset;
  /** Ascending, disjoint, together all rows from the first one served. */
  readonly rounds: readonly CourseRound[];
}

export interface CourseOptions {
  /** First instant that is served. */
  readonly from: Date;
  /** Rows at and after this instant do not exist. */
  readonly until: Date;
  /** Days between two checks. */
  readonly days: number;
}

const DAY_MS = 86_400_000;

/** Cuts the rows of [from, until) into rounds of `days` days; rounds without a row are left out. Throws `nothing_to_backtest`. */
export function planCourse(dataset: Dataset, { from, until, days }: CourseOptions): Course {
  if (!(days > 0)) throw unprocessable('bad_days', `Checks are some days apart, not ${days}; give a number above 0.`);
  const end = rowsBefore(dataset, until.getTime());
  const first = rowsBefore(dataset, from.getTime());
  if (first >= end) {
    throw unprocessable('nothing_to_backtest', 'There is no row in this span; choose another span or other data.');
  }
  const { times } = dataset;
  const start = times[first]!;
  const rounds: CourseRound[] = [];
  for (let row = first; row < end;) {
    const round = Math.floor((times[row]! - start) / (days * DAY_MS));
    const next = start + (round + 1) * days * DAY_MS;
    const to = Math.min(end, rowsBefore(dataset, next));
    rounds.push({ from: row, to, checkAt: next - 1000 });
    row = to;
  }
  return { dataset: slice(dataset, 0, end), rounds };
}
