import fc from 'fast-check';
import { seededRandom } from '../statistic/random.js';
import { benchmarkBaseline, excessLogLoss, excessSignal } from './excess-log-loss.js';

/** Rows of a market that is right, and of a model that sees the same through some noise; `distort` spoils the model. */
function rowsOf(rows: number, seed: number, distort: (p: number[]) => number[] = (p) => p) {
  const random = seededRandom(seed);
  const [scores, outcomes, market]: [number[], number[], number[]] = [[], [], []];
  const shares = (weights: readonly number[]) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  };
  for (let row = 0; row < rows; row++) {
    const strength = 2 * random() - 1;
    const truth = shares([Math.exp(strength), 0.8, Math.exp(-strength)]);
    const seen = strength + 0.4 * (random() - 0.5);
    const u = random();
    market.push(...truth);
    outcomes.push(u < truth[0]! ? 0 : u < truth[0]! + truth[1]! ? 1 : 2);
    scores.push(...distort(shares([Math.exp(seen), 0.8, Math.exp(-seen)])));
  }
  return excessLogLoss(3, scores, outcomes, market);
}

const swapped = ([home, draw, away]: number[]) => [away!, draw!, home!];
const squared = (p: number[]) => {
  const total = p.reduce((sum, share) => sum + share * share, 0);
  return p.map((share) => (share * share) / total);
};
const limit = Math.log(10_000);
const rowsToAlarm = (path: Float64Array) => path.findIndex((value) => value >= limit) + 1;

describe('excess log loss over a benchmark', () => {
  const baseline = benchmarkBaseline(rowsOf(760, 1))!;

  it('is the difference of the two log losses, row by row', () => {
    const excess = excessLogLoss(2, [0.5, 0.5, 0.9, 0.1], [0, 1], [0.8, 0.2, 0.6, 0.4]);
    expect([...excess].map((value) => Number(value.toFixed(12)))).toEqual([
      Number(Math.log(0.8 / 0.5).toFixed(12)),
      Number(Math.log(0.4 / 0.1).toFixed(12)),
    ]);
  });

  it('is unknown where a row has no benchmark, or none that is probabilities', () => {
    const [known, absent, broken] = excessLogLoss(
      2,
      [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
      [0, 0, 0],
      [0.5, 0.5, NaN, NaN, 2, 3],
    );
    expect([known, absent, broken]).toEqual([0, NaN, NaN]);
  });

  it('makes no baseline of fewer than 100 rows', () => {
    expect(benchmarkBaseline(rowsOf(99, 1))).toBeUndefined();
    expect(baseline).toMatchObject({ rows: 760, excess: expect.closeTo(0, 1), deviation: expect.closeTo(0.1, 1) });
  });

  it('alarms within a few rows when sides are swapped, within tens when the model is too sure', () => {
    const delays = (distort: typeof swapped) =>
      Array.from({ length: 11 }, (_, season) =>
        rowsToAlarm(excessSignal(rowsOf(380, 100 + season, distort), baseline, 0.03)!.path),
      ).sort((a, b) => a - b);
    const [bySwapping, bySquaring] = [delays(swapped), delays(squared)];
    expect(bySwapping[0]).toBeGreaterThan(0);
    expect(bySwapping[5]).toBeLessThanOrEqual(20);
    expect(bySquaring[5]).toBeGreaterThan(0);
    expect(bySquaring[5]).toBeLessThanOrEqual(100);
  });

  it('keeps its budget of false alarms: fewer than one in 10,000 sound rows', () => {
    let alarms = 0;
    for (let season = 0; season < 100; season++) {
      if (rowsToAlarm(excessSignal(rowsOf(380, 1000 + season), baseline, 0.03)!.path) > 0) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(4);
  });

  it('catches a fault after a long good time as well, because it forgets', () => {
    const sound = rowsOf(1500, 7);
    const rows = Float64Array.from([...sound, ...rowsOf(60, 8, swapped)]);
    expect(excessSignal(sound, baseline, 0.03)!.cusum).toBeLessThan(limit);
    expect(excessSignal(rows, baseline, 0.03)!.cusum).toBeGreaterThan(limit);
  });

  it('says nothing without a row that carries a benchmark, and passes over those that carry none', () => {
    expect(excessSignal(new Float64Array(3).fill(NaN), baseline, 0.03)).toBeUndefined();
    const gaps = Float64Array.from([0.5, NaN, 0.5]);
    const without = Float64Array.from([0.5, 0.5]);
    expect(excessSignal(gaps, baseline, 0.03)!.cusum).toBe(excessSignal(without, baseline, 0.03)!.cusum);
    expect(excessSignal(gaps, baseline, 0.03)!.rows).toBe(2);
  });

  it('never lets a model that equals its benchmark alarm on rounding', () => {
    const exact = { rows: 400, excess: 0, deviation: 0 };
    expect(excessSignal(new Float64Array(500).fill(1e-6), exact, 0.03)!.cusum).toBe(0);
  });

  it('is finite and never negative, whatever the rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -35, max: 35, noNaN: true })),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (rows, deviation) => {
          const signal = excessSignal(Float64Array.from(rows), { rows: 100, excess: 0.01, deviation }, 0.03);
          return rows.length === 0
            ? signal === undefined
            : signal!.path.every((value) => value >= 0 && Number.isFinite(value));
        },
      ),
    );
  });
});
