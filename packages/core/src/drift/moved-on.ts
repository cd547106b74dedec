import type { FeatureSchema } from '../model/feature-schema.js';
import { normalQuantile } from '../statistic/distributions.js';
import type { FeatureProfile, NumericProfile } from './feature-profile.js';
import { minimumEffects } from './methods.js';
import { driftReport, namesOfDrifted, type DriftOptions } from './report.js';

/** Two pictures on the bins of a reference. */
export interface FeatureChange {
  readonly then: FeatureProfile;
  readonly now: FeatureProfile;
}

/**
 * Names of the features that have changed between two pictures.
 *
 * Beyond the reference's outermost bins a picture tells values apart by their moments only; so a feature has also moved
 * when its mean has, by a quarter of the reference's standard deviation and significantly (two-sided z-test at `level`).
 */
export function movedOn(
  schema: FeatureSchema,
  reference: FeatureProfile,
  { then, now }: FeatureChange,
  options: DriftOptions,
): ReadonlySet<string> {
  const moved = new Set(namesOfDrifted(driftReport(schema, then, now, options)));
  reference.columns.forEach((column, index) => {
    const [before, after] = [then.columns[index], now.columns[index]];
    if (column.kind !== 'numeric' || before?.kind !== 'numeric' || after?.kind !== 'numeric') return;
    if (meanMoved(column, before, after, options.level)) moved.add(column.name);
  });
  return moved;
}

function meanMoved(reference: NumericProfile, then: NumericProfile, now: NumericProfile, level: number): boolean {
  if (reference.count === 0 || then.count === 0 || now.count === 0) return false;
  const difference = Math.abs(now.mean - then.mean);
  const least = minimumEffects.wasserstein * Math.sqrt(reference.m2 / reference.count);
  const error = Math.sqrt(then.m2 / then.count ** 2 + now.m2 / now.count ** 2);
  return difference > 0 && difference >= least && difference > error * normalQuantile(1 - level / 2);
}
