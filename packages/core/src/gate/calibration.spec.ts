import { seededRandom } from '../statistic/random.js';
import { aGateContext, gateVerdict, type JudgedToss } from '../testing/gate-context.js';
import { calibration } from './calibration.js';

/** Tosses whose true P(heads) lies between 0.1 and 0.9; the candidate says `claimed` of it. */
function tosses(rows: number, seed: number, claimed: (p: number) => number = (p) => p): JudgedToss[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => {
    const p = 0.1 + 0.8 * random();
    return { tilt: 0, candidate: claimed(p), heads: random() < p };
  });
}

const sure = (p: number) => p ** 3 / (p ** 3 + (1 - p) ** 3);

describe('the calibration gate', () => {
  it('accepts honest confidence, and refuses it no more often than its level says', async () => {
    let refused = 0;
    for (let seed = 0; seed < 60; seed++) {
      const verdict = await gateVerdict(calibration, aGateContext(tosses(300, seed)));
      expect(verdict.pValue).toBeGreaterThan(0);
      if (!verdict.accepted) refused++;
    }
    expect(refused).toBeLessThanOrEqual(7);
  });

  it('refuses a candidate that is too sure, and tells by how much', async () => {
    const verdict = await gateVerdict(calibration, aGateContext(tosses(400, 1, sure)));
    expect(verdict).toMatchObject({ accepted: false, code: 'miscalibrated', n: 400, threshold: 0.02 });
    expect(verdict.score).toBeGreaterThan(0.05);
    expect(verdict.reason).toMatch(/calibration error is .* where right confidence would show/);
    expect(verdict.evidence).toMatchObject({ alpha: 0.05, z: expect.any(Number) as number });
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('refuses one that is not sure enough as well', async () => {
    const timid = (p: number) => 0.5 + (p - 0.5) / 4;
    const verdict = await gateVerdict(calibration, aGateContext(tosses(1000, 3, timid)));
    expect(verdict).toMatchObject({ accepted: false, code: 'miscalibrated' });
  });

  it('accepts an error that is real but small, as the options say', async () => {
    const context = aGateContext(tosses(400, 1, sure));
    expect(await gateVerdict(calibration, context, { max_excess: 0.5 })).toMatchObject({ accepted: true });
  });

  it('gives the same verdict for the same seed', async () => {
    const context = aGateContext(tosses(200, 5));
    expect(await gateVerdict(calibration, context)).toEqual(await gateVerdict(calibration, context));
  });

  it.each([
    ['too few rows', { rows: tosses(99, 1) }, 'too_few_rows'],
    ['a class that never occurred', { rows: tosses(200, 1).map((row) => ({ ...row, heads: true })) }, 'missing_class'],
    ['scores that are no probabilities', { rows: tosses(200, 1), spoil: true }, 'candidate_scores_invalid'],
  ])('fails closed on %s', async (_, { rows, spoil }: { rows: JudgedToss[]; spoil?: boolean }, code) => {
    const context = aGateContext(rows);
    if (spoil) context.evaluation.candidateScores[3] = NaN;
    expect(await gateVerdict(calibration, context)).toMatchObject({ accepted: false, code });
  });

  it('refuses to judge a regression', async () => {
    const context = aGateContext(tosses(200, 1));
    const definition = { ...context.definition, task: { kind: 'regression' as const } };
    const verdict = await gateVerdict(calibration, { ...context, definition });
    expect(verdict).toMatchObject({ accepted: false, code: 'not_a_classification' });
  });
});
