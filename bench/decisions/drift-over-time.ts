import { mostReferenceRows } from '@retrain/core';
import type { Part } from '../bar.js';
import { MonitoredModel, schemaOf } from './monitored-model.js';
import { normalRows, normals } from '../normal.js';

const HOURS = 24;
const BUDGET_DAYS = 90;
/** Below one in ten, so that five of fifty exceed it. */
const THRESHOLD = 0.09;

export interface Stream {
  readonly features: number;
  readonly rowsPerHour: number;
  readonly seeds: number;
}

/**
 * Hourly checks of features that never change. Counted is the strictest reading, an alarm for any single drifted
 * feature, and beside it alarms beyond the threshold. Each alarm is answered by a run that keeps the champion.
 */
export async function falseAlarms({ features, rowsPerHour, seeds }: Stream, days = 30): Promise<Part> {
  let anyFeature = 0;
  let beyondThreshold = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const normal = normals(seed * 7919 + features);
    const model = new MonitoredModel(schemaOf(features), normalRows(normal, mostReferenceRows, features), 0);
    for (let hour = 1; hour <= days * HOURS; hour++) {
      model.answered(normalRows(normal, rowsPerHour, features));
      const { verdict, score } = await model.check(hour);
      if (verdict !== 'fired') continue;
      anyFeature++;
      if (score! > THRESHOLD) beyondThreshold++;
      model.judged(hour);
    }
  }
  const per90 = (alarms: number) => (alarms * BUDGET_DAYS) / (days * seeds);
  const unit = `alarms per ${BUDGET_DAYS} days`;
  return {
    name: `${features} features that never change`,
    assumptions: {
      features,
      rows_per_hour: rowsPerHour,
      check_interval_minutes: 60,
      days,
      seeds,
      reference_rows: mostReferenceRows,
    },
    figures: {
      simulated_days: days * seeds,
      alarms_for_any_drifted_feature: anyFeature,
      [`alarms_beyond_threshold_${THRESHOLD}`]: beyondThreshold,
    },
    bars: [
      {
        name: `${features} null features, any drifted feature`,
        value: per90(anyFeature),
        unit,
        must: 'at most',
        limit: 1,
      },
      {
        name: `${features} null features, score > ${THRESHOLD}`,
        value: per90(beyondThreshold),
        unit,
        must: 'at most',
        limit: 1,
      },
    ],
  };
}

/** Five of fifty features move by half a standard deviation at some hour; found is a firing within 24 checks. */
export async function shiftFound({ features, rowsPerHour, seeds }: Stream, asBar: boolean): Promise<Part> {
  const [shifted, shift] = [5, 0.5];
  const found = { atThreshold: 0, atTenth: 0, allNamed: 0 };
  const hours: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const normal = normals(seed * 104_729 + rowsPerHour);
    const model = new MonitoredModel(schemaOf(features), normalRows(normal, mostReferenceRows, features), THRESHOLD);
    const quiet = HOURS + (seed % HOURS);
    for (let hour = 1; hour <= quiet; hour++) {
      model.answered(normalRows(normal, rowsPerHour, features));
      if ((await model.check(hour)).verdict === 'fired') model.judged(hour);
    }
    for (let hour = 1; hour <= HOURS; hour++) {
      model.answered(normalRows(normal, rowsPerHour, features, { shifted, shift }));
      const { verdict, score } = await model.check(quiet + hour);
      if (verdict !== 'fired') continue;
      found.atThreshold++;
      if (score! > 0.1) found.atTenth++;
      hours.push(hour);
      break;
    }
  }
  hours.sort((a, b) => a - b);
  const share = found.atThreshold / seeds;
  return {
    name: `${shift} sd in ${shifted} of ${features} features, ${rowsPerHour} rows an hour`,
    assumptions: {
      features,
      rows_per_hour: rowsPerHour,
      check_interval_minutes: 60,
      seeds,
      drift_threshold: THRESHOLD,
    },
    figures: {
      found_share: share,
      median_hours_to_alarm: hours[Math.floor(hours.length / 2)] ?? null,
      found_share_at_threshold_0_1: found.atTenth / seeds,
    },
    bars: asBar
      ? [
          {
            name: `found within 24 h, ${rowsPerHour} rows/h`,
            value: share,
            unit: 'share',
            must: 'at least',
            limit: 0.95,
          },
        ]
      : [],
  };
}

/** Every feature moved by a hundredth of a standard deviation, over ten million rows. */
export async function tinyShift(rows = 10_000_000, features = 10): Promise<Part> {
  const chunk = 50_000;
  const referenceRows = 1_000_000;
  const normal = normals(31);
  const model = new MonitoredModel(schemaOf(features), normalRows(normal, referenceRows, features), 0);
  for (let row = 0; row < rows; row += chunk) {
    model.answered(normalRows(normal, chunk, features, { shifted: features, shift: 0.01 }));
  }
  const { verdict, evidence } = await model.check(1);
  const judged = evidence['features'] as readonly { readonly adjusted_p_value: number }[];
  const significant = judged.filter(({ adjusted_p_value: p }) => p < 0.001).length;
  return {
    name: `0.01 sd in all of ${features} features, ${rows} rows`,
    assumptions: { features, rows, reference_rows: referenceRows, drift_threshold: 0 },
    figures: { verdict, features_significant_at_0_001: significant },
    bars: [
      {
        name: `alarms for 0.01 sd on ${rows} rows`,
        value: verdict === 'fired' ? 1 : 0,
        unit: 'alarms',
        must: 'at most',
        limit: 0,
      },
    ],
  };
}
