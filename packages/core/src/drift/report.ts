import type { Feature, FeatureSchema } from '../model/feature-schema.js';
import { count, figure, percent } from '../shared/words.js';
import { benjaminiHochberg } from '../statistic/multiple-testing.js';
import { chiSquareTwoSamples } from '../statistic/tests.js';
import type { ColumnProfile, FeatureProfile } from './feature-profile.js';
import { categoricalDistance, minimumEffects, numericDistance, type DriftMethod } from './methods.js';

/**
 * What became of a feature in a drift report. Only drifted and stable ones are judged:
 * `excluded` the schema says that its drift means nothing · `insufficient` too few rows on a side · `degenerate` the reference
 * holds nothing to compare with, or one value that never changed · `absent` one of the profiles lacks it.
 */
export type FeatureDriftStatus = 'drifted' | 'stable' | 'excluded' | 'insufficient' | 'degenerate' | 'absent';

/** One feature's distance between reference and current rows. */
export interface FeatureDrift {
  readonly name: string;
  readonly status: FeatureDriftStatus;
  readonly method?: DriftMethod;
  readonly score?: number;
  readonly threshold?: number;
  readonly pValue?: number;
  /** After Benjamini–Hochberg over the judged features. */
  readonly adjustedPValue?: number;
  /** Share of rows without a usable value. */
  readonly missingReference?: number;
  readonly missingCurrent?: number;
  readonly reason: string;
}

/** How current rows differ from the reference, feature by feature. */
export interface DriftReport {
  /** Share of drifted among judged features, 0..1; undefined when none could be judged. */
  readonly score?: number;
  readonly judged: number;
  readonly drifted: number;
  readonly referenceRows: number;
  readonly currentRows: number;
  /** In the schema's order. */
  readonly features: readonly FeatureDrift[];
  /** One sentence that names the worst features. */
  readonly reason: string;
}

export interface DriftOptions {
  readonly numericMethod: DriftMethod;
  /** Not `ks` or `wasserstein`, which need an order. */
  readonly categoricalMethod: DriftMethod;
  /** Level of the Benjamini–Hochberg procedure over all features, 0..1. */
  readonly level: number;
  /** Rows that a feature needs on each side to be judged. */
  readonly minRows: number;
  /** Instead of the method's own minimum effect. */
  readonly minimumEffect?: number;
}

/** A change of the share of missing values below this is too small to matter. */
const missingEffect = 0.1;

/** What is known of a feature before the correction for many tests. */
interface Finding {
  readonly drift: FeatureDrift;
  /** Whether the change is large enough; undefined for a feature that is not judged. */
  readonly large?: boolean;
}

/**
 * Compares two profiles on the same bins.
 *
 * A feature drifts when its change is significant after Benjamini–Hochberg over all judged features and also large
 * enough: its values by the method's minimum effect, or its share of missing values by ten points. Values and
 * missingness are two looks at one feature, so the smaller of their p-values is doubled.
 */
export function driftReport(
  schema: FeatureSchema,
  reference: FeatureProfile,
  current: FeatureProfile,
  options: DriftOptions,
): DriftReport {
  const columnOf = (profile: FeatureProfile) => new Map(profile.columns.map((column) => [column.name, column]));
  const references = columnOf(reference);
  const currents = columnOf(current);
  const findings = schema.features.map((feature) =>
    compare(feature, references.get(feature.name), currents.get(feature.name), options),
  );
  const judged = findings.filter(({ large }) => large !== undefined);
  const correction = benjaminiHochberg(
    judged.map(({ drift }) => drift.pValue!),
    options.level,
  );
  const corrected = new Map(
    judged.map(({ drift, large }, index): [string, FeatureDrift] => {
      const drifted = large === true && correction.rejected[index]!;
      const status = drifted ? 'drifted' : 'stable';
      return [drift.name, { ...drift, status, adjustedPValue: correction.adjusted[index]! }];
    }),
  );
  const features = findings.map(({ drift }) => corrected.get(drift.name) ?? drift);
  const drifted = features.filter(({ status }) => status === 'drifted');
  return {
    ...(judged.length > 0 ? { score: drifted.length / judged.length } : {}),
    judged: judged.length,
    drifted: drifted.length,
    referenceRows: reference.rows,
    currentRows: current.rows,
    features,
    reason: summary(judged.length, drifted),
  };
}

function compare(
  feature: Feature,
  reference: ColumnProfile | undefined,
  current: ColumnProfile | undefined,
  options: DriftOptions,
): Finding {
  const { name } = feature;
  const unjudged = (status: FeatureDriftStatus, reason: string): Finding => ({ drift: { name, status, reason } });
  if (!feature.drift) return unjudged('excluded', 'Its drift means nothing (the schema says so).');
  if (!reference || !current) return unjudged('absent', `The ${reference ? 'current' : 'reference'} profile lacks it.`);
  const before = occupancy(reference);
  const after = occupancy(current);
  const fewest = Math.min(before.rows, after.rows);
  if (fewest < options.minRows) return unjudged('insufficient', `Only ${count(fewest, 'row')}.`);
  if (before.values === 0) return unjudged('degenerate', 'The reference holds no value to compare with.');
  if (
    after.values > 0 &&
    isSingle(reference) &&
    holdsOnlyTheSame(reference, current) &&
    before.missing === after.missing
  ) {
    return unjudged('degenerate', 'One value that has not changed.');
  }
  const method = feature.kind === 'numeric' ? options.numericMethod : options.categoricalMethod;
  const distance =
    reference.kind === 'numeric' && current.kind === 'numeric'
      ? numericDistance(method, reference, current)
      : reference.kind === 'categorical' && current.kind === 'categorical'
        ? categoricalDistance(method, reference, current)
        : undefined;
  const threshold = options.minimumEffect ?? minimumEffects[method];
  const lost = before.missing / before.rows;
  const lostNow = after.missing / after.rows;
  const looks: number[] = [];
  if (distance) looks.push(distance.pValue);
  if (before.missing + after.missing > 0) {
    looks.push(chiSquareTwoSamples([before.missing, before.values], [after.missing, after.values]).pValue);
  }
  const valuesMoved = distance !== undefined && distance.score >= threshold;
  const missingMoved = Math.abs(lostNow - lost) >= missingEffect;
  return {
    large: valuesMoved || missingMoved,
    drift: {
      name,
      status: 'stable',
      method,
      ...(distance ? { score: distance.score } : {}),
      threshold,
      pValue: Math.min(1, looks.length * Math.min(...looks)),
      missingReference: lost,
      missingCurrent: lostNow,
      reason: missingMoved
        ? `Missing in ${percent(lostNow)} of the rows instead of ${percent(lost)}.`
        : `${method} ${figure(distance?.score ?? 0)} against a minimum effect of ${threshold}.`,
    },
  };
}

/** Rows of a column, split into usable values and the rest. */
function occupancy(column: ColumnProfile): { rows: number; values: number; missing: number } {
  const values =
    column.kind === 'numeric'
      ? column.count
      : column.categories.reduce((sum, { count: rows }) => sum + rows, column.unseen);
  const missing = column.kind === 'numeric' ? column.missing + column.notFinite : column.missing;
  return { rows: values + missing, values, missing };
}

function isSingle(column: ColumnProfile): boolean {
  if (column.kind === 'numeric') return column.min === column.max;
  return column.unseen === 0 && column.categories.filter(({ count: rows }) => rows > 0).length === 1;
}

function holdsOnlyTheSame(reference: ColumnProfile, current: ColumnProfile): boolean {
  if (reference.kind === 'numeric') {
    return current.kind === 'numeric' && current.min === reference.min && current.max === reference.max;
  }
  const only = reference.categories.find(({ count: rows }) => rows > 0)?.value;
  return (
    current.kind === 'categorical' &&
    isSingle(current) &&
    current.categories.some(({ value, count: rows }) => value === only && rows > 0)
  );
}

function summary(judged: number, drifted: readonly FeatureDrift[]): string {
  if (judged === 0) return 'No feature could be judged.';
  if (drifted.length === 0) return `None of ${count(judged, 'judged feature')} drifted.`;
  const worst = [...drifted]
    .sort((a, b) => excess(b) - excess(a))
    .slice(0, 3)
    .map((feature) => `${feature.name} (${feature.reason.replace(/\.$/, '')})`);
  return `${drifted.length} of ${count(judged, 'judged feature')} drifted; worst: ${worst.join(', ')}.`;
}

/** How far beyond its own threshold a feature moved. */
function excess({ score, threshold, missingReference, missingCurrent }: FeatureDrift): number {
  const values = score !== undefined && threshold ? score / threshold : 0;
  return Math.max(values, Math.abs((missingCurrent ?? 0) - (missingReference ?? 0)) / missingEffect);
}

export function namesOfDrifted({ features }: DriftReport): readonly string[] {
  return features.filter(({ status }) => status === 'drifted').map(({ name }) => name);
}
