import { aCoinVersion, aGateContext, gateVerdict, type JudgedToss } from '../testing/gate-context.js';
import { schema } from './schema.js';

const other = 'f'.repeat(64);
const rows = (tilt: (row: number) => number): JudgedToss[] =>
  Array.from({ length: 20 }, (_, row) => ({ tilt: tilt(row), candidate: 0.5, champion: 0.5, heads: row % 2 === 0 }));
const full = rows((row) => row);

describe('the schema gate', () => {
  it('accepts a candidate of the features that there are', async () => {
    const verdict = await gateVerdict(schema, aGateContext(full));
    expect(verdict).toMatchObject({ accepted: true, code: 'schema_kept', score: 0, n: 20, evidence: { missing: {} } });
    expect(verdict.reason).toMatch(/All 2 features have values/);
  });

  it('refuses a candidate fitted on other features than the model computes', async () => {
    const context = aGateContext(full, { candidate: aCoinVersion(2, other) });
    expect(await gateVerdict(schema, context)).toMatchObject({ accepted: false, code: 'schema_changed' });
  });

  it('refuses other features than the champion has, unless that is allowed', async () => {
    const context = aGateContext(full, { champion: aCoinVersion(1, other) });
    expect(await gateVerdict(schema, context)).toMatchObject({ accepted: false, code: 'champion_schema_differs' });
    expect(await gateVerdict(schema, context, { changes: 'allow' })).toMatchObject({ accepted: true });
  });

  it('refuses a feature without values, and names it', async () => {
    const verdict = await gateVerdict(schema, aGateContext(rows(() => NaN)));
    expect(verdict).toMatchObject({
      accepted: false,
      code: 'feature_without_values',
      score: 1,
      evidence: { missing: { tilt: 1 } },
    });
    expect(verdict.reason).toMatch(/Missing in more than 95.0 % of 20 rows: tilt/);
  });

  it('takes infinity for missing, and lets as much be missing as is allowed', async () => {
    const half = aGateContext(rows((row) => (row < 10 ? Infinity : 1)));
    expect(await gateVerdict(schema, half)).toMatchObject({ accepted: true, score: 0.5 });
    expect(await gateVerdict(schema, half, { max_missing: 0.4 })).toMatchObject({ accepted: false });
  });

  it('fails closed without features', async () => {
    expect(await gateVerdict(schema, aGateContext(full, { features: undefined }))).toMatchObject({
      accepted: false,
      code: 'features_missing',
    });
  });
});
