import type { Course, CourseRound } from './course.js';
import { brokenFeatures, makeOverconfident, mendedBy, rowsOfFault, type Fault } from './fault.js';

/** What became of a fault under a policy. */
export interface FaultOutcome {
  readonly kind: Fault['kind'];
  /** First row that it reached. */
  readonly row: number;
  /** Whether an alarm was already ringing when it began, so that a detection means little. */
  readonly alarmBefore: boolean;
  /** Rows served from its beginning to the check that first raised a new alarm; undefined when none did. */
  readonly delayRows?: number;
  /** Epoch milliseconds of that check, and the triggers that fired. */
  readonly detectedAt?: number;
  readonly detectedBy?: readonly string[];
  /** Rows served from its beginning until it was mended; undefined when it never was. */
  readonly mendedAfterRows?: number;
}

interface Watched {
  readonly fault: Fault;
  readonly from: number;
  readonly to: number;
  readonly features?: Float32Array;
  outcome: FaultOutcome;
  /** First row that is right again. */
  mended: number;
}

/** Applies injected faults to what is served, and keeps who noticed and who mended them. */
export class FaultWatch {
  private readonly watched: readonly Watched[];
  private ringing = false;

  /** @param faults those that the course's dataset does not show yet, and drifts, which it does. */
  constructor(
    private readonly course: Course,
    faults: readonly Fault[],
    swapped?: Float32Array,
  ) {
    const { dataset } = course;
    const served = course.rounds[0]!.from;
    this.watched = faults.map((fault) => {
      const [reached, to] = rowsOfFault(dataset, fault);
      const from = Math.max(reached, served);
      const outcome = { kind: fault.kind, row: from, alarmBefore: false };
      return { fault, from, to, features: brokenFeatures(fault.kind, dataset, swapped), outcome, mended: to };
    });
  }

  get outcomes(): readonly FaultOutcome[] {
    return this.watched.filter(({ from, to }) => from < to).map(({ outcome }) => outcome);
  }

  /** The fault that reaches any row of [from, to), the first one of several. */
  reaching(from: number, to: number): Fault | undefined {
    return this.watched.find((one) => one.from < to && one.mended > from && one.from < one.mended)?.fault;
  }

  /** Features as they arrive in a round, rows x features; a copy only where something is broken. */
  features({ from, to }: CourseRound): Float32Array {
    const width = this.course.dataset.schema.features.length;
    const clean = this.course.dataset.features.subarray(from * width, to * width);
    const broken = this.watched.filter((one) => one.features && one.from < to && one.mended > from);
    if (broken.length === 0) return clean;
    const served = clean.slice();
    for (const { features, from: first, mended } of broken) {
      const [start, end] = [Math.max(first, from), Math.min(mended, to)];
      if (start < end) served.set(features!.subarray(start * width, end * width), (start - from) * width);
    }
    return served;
  }

  /** Breaks, in place, the scores of a round. */
  distort({ from, to }: CourseRound, scores: Float64Array, outputs: number): void {
    for (const one of this.watched) {
      if (one.fault.kind !== 'overconfident') continue;
      const [start, end] = [Math.max(one.from, from), Math.min(one.mended, to)];
      if (start < end) makeOverconfident(scores.subarray((start - from) * outputs, (end - from) * outputs), outputs);
    }
  }

  /** Told after every check; an alarm that rings on is one alarm. */
  checked({ from, to, checkAt }: CourseRound, alarms: readonly string[]): void {
    const rings = alarms.length > 0;
    for (const one of this.watched) {
      if (one.from >= to) one.outcome = { ...one.outcome, alarmBefore: rings };
      else if (rings && one.outcome.delayRows === undefined && (!this.ringing || !one.outcome.alarmBefore)) {
        if (one.from >= one.to || one.mended <= from) continue;
        one.outcome = { ...one.outcome, delayRows: to - one.from, detectedAt: checkAt, detectedBy: alarms };
        if (mendedBy(one.fault.kind) === 'alarm') this.mend(one, to);
      }
    }
    this.ringing = rings;
  }

  /** Told when a version fitted on rows [0, row) begins to serve. */
  deployed(row: number): void {
    for (const one of this.watched) {
      if (mendedBy(one.fault.kind) === 'new_version' && row > one.from) this.mend(one, row);
    }
  }

  private mend(one: Watched, row: number): void {
    if (row >= one.mended) return;
    one.mended = row;
    one.outcome = { ...one.outcome, mendedAfterRows: row - one.from };
  }
}
