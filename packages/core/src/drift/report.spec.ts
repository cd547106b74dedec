import type { Feature, FeatureSchema } from '../model/feature-schema.js';
import { seededRandom } from '../statistic/random.js';
import { emptyProfile, profileOf, updateProfile } from './profile.js';
import { driftReport, type DriftOptions } from './report.js';
import { driftReportToJson } from './report-json.js';

const options: DriftOptions = { numericMethod: 'ks', categoricalMethod: 'total_variation', level: 0.01, minRows: 30 };

/** One column: how its reference and its current values come about. */
interface Column {
  readonly reference: (row: number) => number;
  readonly current?: (row: number) => number;
  readonly kind?: Feature['kind'];
  readonly drift?: boolean;
}

function report(columns: Record<string, Column>, rows = { reference: 1000, current: 300 }) {
  const schema: FeatureSchema = {
    features: Object.entries(columns).map(([name, { kind = 'numeric', drift = true }]) => ({ name, kind, drift })),
  };
  const all = Object.values(columns);
  const fill = (count: number, cell: (column: Column) => (row: number) => number) =>
    Float32Array.from(Array.from({ length: count }, (_, row) => all.map((column) => cell(column)(row))).flat());
  const reference = profileOf(
    schema,
    fill(rows.reference, (column) => column.reference),
  );
  const current = updateProfile(
    emptyProfile(reference),
    fill(rows.current, (column) => column.current ?? column.reference),
  );
  return driftReport(schema, reference, current, options);
}

const random = seededRandom(17);
const noise = () => random() + random() + random();
const statusOf = (column: Column) => report({ x: column }).features[0]!.status;

describe('a drift report', () => {
  it('judges quiet features stable and says so', () => {
    const { score, judged, reason } = report({ a: { reference: noise }, b: { reference: noise } });
    expect({ score, judged }).toEqual({ score: 0, judged: 2 });
    expect(reason).toBe('None of 2 judged features drifted.');
  });

  it('names the worst features of a drifted set', () => {
    const { score, reason } = report({
      calm: { reference: noise },
      moved: { reference: noise, current: () => noise() + 0.4 },
      gone: { reference: noise, current: () => NaN },
      still: { reference: noise },
    });
    expect(score).toBe(0.5);
    expect(reason).toMatch(/^2 of 4 judged features drifted; worst: gone \(Missing in 100.0 % .*moved/);
  });

  it.each<[string, Column, string]>([
    ['excluded by the schema', { reference: noise, current: () => 99, drift: false }, 'excluded'],
    ['without any reference value', { reference: () => NaN, current: noise }, 'degenerate'],
    ['constant and unchanged', { reference: () => 7 }, 'degenerate'],
    ['constant until now', { reference: () => 7, current: noise }, 'drifted'],
    ['infinite from now on', { reference: noise, current: () => Infinity }, 'drifted'],
    [
      'missing in a quarter of the rows from now on',
      { reference: noise, current: (row) => (row % 4 ? noise() : NaN) },
      'drifted',
    ],
    ['missing as often as ever', { reference: (row) => (row % 3 ? noise() : NaN) }, 'stable'],
    ['with a new category', { kind: 'categorical', reference: (row) => row % 2, current: (row) => row % 3 }, 'drifted'],
    ['with the same categories', { kind: 'categorical', reference: (row) => row % 3 }, 'stable'],
  ])('a feature %s', (_, column, status) => {
    expect(statusOf(column)).toBe(status);
  });

  it('says "insufficient" for few or no rows and spoils no other figure', () => {
    for (const rows of [
      { reference: 1000, current: 0 },
      { reference: 1000, current: 29 },
      { reference: 1, current: 300 },
    ]) {
      const { score, judged, features } = report({ x: { reference: noise } }, rows);
      expect({ score, judged, status: features[0]!.status }).toEqual({
        score: undefined,
        judged: 0,
        status: 'insufficient',
      });
    }
  });

  it('leaves the other features alone when one column is broken', () => {
    const { features, judged } = report({ broken: { reference: () => NaN }, fine: { reference: noise } });
    expect(features.map(({ status }) => status)).toEqual(['degenerate', 'stable']);
    expect(judged).toBe(1);
  });

  it('does not care about a tiny change, however significant', () => {
    const { features, score } = report(
      { x: { reference: noise, current: () => noise() + 0.05 } },
      { reference: 60_000, current: 60_000 },
    );
    expect(score).toBe(0);
    expect(features[0]!.adjustedPValue).toBeLessThan(1e-6);
  });

  it('becomes evidence without a number that JSON cannot carry', () => {
    const json = driftReportToJson(report({ empty: { reference: () => NaN }, fine: { reference: noise } }));
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });
});
