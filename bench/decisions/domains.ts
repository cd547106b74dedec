import {
  classifyDomains,
  closeChunk,
  foldRows,
  levelOf,
  mostReferenceRows,
  openWatch,
  profileOf,
  type DriftBlock,
  type DriftWatch,
} from '@retrain/core';
import type { Part } from '../bar.js';
import { normalRows, normals } from '../normal.js';
import { schemaOf } from './monitored-model.js';

const HOUR_MS = 3_600_000;
const BUDGET_DAYS = 90;
const FEATURES = 6;
/** Between two checks. */
const HOURS = 6;
const ROWS = 200;
const rule = { minRows: 30, seed: 1 };
/** Half of the budget, as the trigger gives it, and its greatest level. */
const budget = { level: 0.01, falseAlarmBudgetDays: 2 * BUDGET_DAYS };

/** A champion whose blocks are judged by the classifier when they are new; judging one again would give the same. */
class ClassifiedModel {
  private readonly schema = schemaOf(FEATURES);
  private readonly reference: Float32Array;
  private readonly chunks: Float32Array[] = [];
  private watch: DriftWatch;

  constructor(private readonly normal: () => number) {
    this.reference = normalRows(normal, mostReferenceRows, FEATURES);
    const key = { model: 'bench', version: 1, simulated: false };
    this.watch = openWatch(key, { seq: 0, at: new Date(0) }, profileOf(this.schema, this.reference));
  }

  /** Blocks that a check finds significantly different, at whatever effect. */
  check(number: number, correlation = 0): number {
    const rows = correlated(normalRows(this.normal, ROWS, FEATURES), correlation);
    this.chunks.push(rows);
    const read = { ...foldRows(this.watch, rows), seq: number * ROWS };
    const before = new Set(this.watch.blocks);
    this.watch = closeChunk(read, new Date(number * HOURS * HOUR_MS), ROWS);
    return this.watch.blocks.filter((block) => !before.has(block) && this.differs(block)).length;
  }

  private differs(block: DriftBlock): boolean {
    const chunks = this.chunks.slice(block.afterSeq / ROWS, block.untilSeq / ROWS);
    const rows = Float32Array.from(chunks.flatMap((chunk) => [...chunk])).slice(-mostReferenceRows * FEATURES);
    const found = classifyDomains(this.schema, this.reference, rows, rule);
    return found !== undefined && found.pValue <= levelOf(block, budget);
  }
}

/** The first two features, still standard normal each, with so much correlation. */
function correlated(rows: Float32Array, correlation: number): Float32Array {
  for (let cell = 0; cell < rows.length; cell += FEATURES) {
    rows[cell + 1] = correlation * rows[cell]! + Math.sqrt(1 - correlation ** 2) * rows[cell + 1]!;
  }
  return rows;
}

/** The classifier of domains on features that never change, and on two whose correlation does. */
export function domains(seeds: number, days = 30, correlation = 0.6): Part {
  let alarms = 0;
  let found = 0;
  const checks = (days * 24) / HOURS;
  for (let seed = 1; seed <= seeds; seed++) {
    const model = new ClassifiedModel(normals(seed * 6_151));
    for (let check = 1; check <= checks; check++) alarms += model.check(check);
    let seen = false;
    for (let check = 1; check <= 24 / HOURS; check++) seen = model.check(checks + check, correlation) > 0 || seen;
    if (seen) found++;
  }
  const name = `classifier of domains, ${FEATURES} features`;
  return {
    name,
    assumptions: {
      ...{ features: FEATURES, rows_per_check: ROWS, check_interval_minutes: HOURS * 60, days, seeds, correlation },
      reference_rows: mostReferenceRows,
    },
    figures: { simulated_days: days * seeds, alarms, found_share: found / seeds },
    bars: [
      {
        name: `${name} that never change, any significant block`,
        value: (alarms * BUDGET_DAYS) / (days * seeds),
        unit: `alarms per ${BUDGET_DAYS} days`,
        must: 'at most',
        limit: 1,
      },
      {
        name: `${name}, correlation 0 to ${correlation} found within 24 h`,
        value: found / seeds,
        unit: 'share',
        must: 'at least',
        limit: 0.95,
      },
    ],
  };
}
