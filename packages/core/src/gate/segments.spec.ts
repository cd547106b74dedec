import fc from 'fast-check';
import { seededRandom } from '../statistic/random.js';
import { aGateContext, gateVerdict, type JudgedToss } from '../testing/gate-context.js';
import { segmentsOf } from './segment.js';
import { segments } from './segments.js';

/** Tosses of tilt 0 and 1 in turn; both models know the truth, but the candidate misjudges tilt 1 by `spoil`. */
function tosses(rows: number, seed: number, spoil = 0): JudgedToss[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, row) => {
    const tilt = row % 2;
    const p = tilt === 0 ? 0.3 : 0.8;
    const noise = 0.05 * (random() - 0.5);
    return { tilt, candidate: p - tilt * spoil + noise, champion: p + 0.05 * (random() - 0.5), heads: random() < p };
  });
}

const by = { by: 'tilt' };

describe('the segments gate', () => {
  it('accepts a candidate that is as good everywhere', async () => {
    const verdict = await gateVerdict(segments, aGateContext(tosses(400, 1)), by);
    expect(verdict).toMatchObject({ accepted: true, code: 'no_segment_worse', n: 400, threshold: 0.02 });
    expect(verdict.reason).toMatch(/Of 2 segments by tilt, none is shown to be worse/);
  });

  it('refuses one that is clearly worse in a segment, and names it', async () => {
    const verdict = await gateVerdict(segments, aGateContext(tosses(400, 1, 0.4)), by);
    expect(verdict).toMatchObject({ accepted: false, code: 'segment_worse' });
    expect(verdict.score).toBeGreaterThan(0.1);
    expect(verdict.reason).toMatch(/tilt = 1: log_loss worse by .* on 200 rows/);
    expect(verdict.evidence.segments).toHaveLength(2);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('lets a loss within delta pass', async () => {
    const verdict = await gateVerdict(segments, aGateContext(tosses(400, 1, 0.4)), { ...by, delta: 1 });
    expect(verdict).toMatchObject({ accepted: true });
  });

  it('refuses a candidate as good everywhere no more often than its level says', async () => {
    let refused = 0;
    for (let seed = 0; seed < 100; seed++) {
      const { accepted } = await gateVerdict(segments, aGateContext(tosses(200, seed)), { ...by, delta: 0 });
      if (!accepted) refused++;
    }
    expect(refused).toBeLessThanOrEqual(10);
  });

  it('tells of segments that are too small to judge, and refuses when all are', async () => {
    const rows = tosses(200, 1).map((row, index) => (index < 10 ? { ...row, tilt: 7 } : row));
    const verdict = await gateVerdict(segments, aGateContext(rows), by);
    expect(verdict.evidence.not_judged).toEqual([{ segment: 'tilt = 7', rows: 10 }]);
    const scattered = tosses(40, 1).map((row, index) => ({ ...row, tilt: index }));
    const many = { ...by, bins: 40 };
    expect(await gateVerdict(segments, aGateContext(scattered), many)).toMatchObject({
      accepted: false,
      code: 'too_few_rows',
    });
  });

  it('accepts the first model, which replaces nothing', async () => {
    const first = tosses(200, 1).map(({ champion: _, ...row }) => row);
    expect(await gateVerdict(segments, aGateContext(first), by)).toMatchObject({ accepted: true, code: 'no_champion' });
  });

  it.each([
    ['a feature the model does not have', { by: 'tilts' }, {}, 'unknown_feature', /did you mean "tilt"/],
    ['rows without features', by, { features: undefined }, 'features_missing', /no features/],
    ['a metric of another task', { ...by, metric: 'mae' }, {}, 'metric_required', /log_loss/],
  ])('fails closed on %s', async (_, options, overrides, code, reason) => {
    const verdict = await gateVerdict(segments, aGateContext(tosses(200, 1), overrides), options);
    expect(verdict).toMatchObject({ accepted: false, code, reason: expect.stringMatching(reason) as string });
  });

  it('fails closed without a champion that could be read', async () => {
    const context = aGateContext(tosses(200, 1));
    const championAbsence = { kind: 'unreadable' as const, reason: 'its file is gone.' };
    const evaluation = { ...context.evaluation, championScores: undefined, championAbsence };
    const verdict = await gateVerdict(segments, { ...context, evaluation }, by);
    expect(verdict).toMatchObject({ accepted: false, code: 'champion_unreadable' });
  });

  it('cuts by time unless it is given a feature', async () => {
    const late = tosses(400, 1).map((row, index) => (index < 300 ? row : { ...row, candidate: 1 - row.candidate }));
    const times = Float64Array.from(late, (_, row) => Date.UTC(2024, 0, 1 + row));
    const context = aGateContext(late);
    const verdict = await gateVerdict(segments, { ...context, evaluation: { ...context.evaluation, times } });
    expect(verdict).toMatchObject({ accepted: false, code: 'segment_worse', evidence: { by: 'time' } });
    expect(verdict.reason).toMatch(
      /^Worse by more than 0.02: 2024-10-27 to 2025-02-03: log_loss worse by [^;]* on 100 rows/,
    );
  });
});

describe('segments of a feature', () => {
  it('are its values where there are few, spans where there are many, missing values apart', () => {
    expect(segmentsOf('side', Float32Array.of(1, 0, 1, NaN), 4)).toEqual([
      { name: 'side = 0', rows: [1] },
      { name: 'side = 1', rows: [0, 2] },
      { name: 'side missing', rows: [3] },
    ]);
    const spans = segmentsOf(
      'age',
      Float32Array.from({ length: 9 }, (_, row) => row),
      2,
    );
    expect(spans).toEqual([
      { name: 'age 0 to 4', rows: [0, 1, 2, 3] },
      { name: 'age >= 4', rows: [4, 5, 6, 7, 8] },
    ]);
  });

  it('hold every row exactly once', () => {
    const values = fc.array(fc.float({ noNaN: false }), { maxLength: 60 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 6 }), (given, bins) => {
        const found = segmentsOf('x', Float32Array.from(given), bins).flatMap(({ rows }) => rows);
        expect([...found].sort((a, b) => a - b)).toEqual(given.map((_, row) => row));
      }),
    );
  });
});
