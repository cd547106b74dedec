import fc from 'fast-check';
import { seededRandom } from '../statistic/random.js';
import { classificationMetrics } from './classification.js';
import { confidenceBaseline, estimatePerformance } from './confidence.js';

const task = { kind: 'classification', classes: ['home', 'draw', 'away'], ordered: true } as const;

/** Rows whose truth spreads by `spread`; the model claims what `distort` makes of the truth. */
function rowsOf(rows: number, seed: number, spread: number, distort: (p: number) => number = (p) => p) {
  const random = seededRandom(seed);
  const scaled = (weights: number[]) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  };
  const scores: number[] = [];
  const outcomes: number[] = [];
  for (let row = 0; row < rows; row++) {
    const strength = spread * (2 * random() - 1);
    const truth = scaled([Math.exp(strength), 0.8, Math.exp(-strength)]);
    const u = random();
    outcomes.push(u < truth[0]! ? 0 : u < truth[0]! + truth[1]! ? 1 : 2);
    scores.push(...scaled(truth.map(distort)));
  }
  return { scores, outcomes };
}

const squared = (p: number) => p * p;

describe('performance without outcomes', () => {
  it('equals the evaluation on the evaluated rows themselves', () => {
    const { scores, outcomes } = rowsOf(500, 1, 1, squared);
    const baseline = confidenceBaseline(3, scores, outcomes)!;
    const estimate = estimatePerformance(3, scores, baseline)!;
    const { accuracy, log_loss } = classificationMetrics(task, scores, outcomes);
    expect(estimate.accuracy.value).toBeCloseTo(accuracy!, 9);
    expect(estimate.logLoss.value).toBeCloseTo(log_loss!, 9);
  });

  it('finds by how much the stated confidence is wrong', () => {
    const honest = rowsOf(20_000, 2, 1);
    expect(confidenceBaseline(3, honest.scores, honest.outcomes)!.power).toBeCloseTo(1, 1);
    const sure = rowsOf(20_000, 2, 1, squared);
    expect(confidenceBaseline(3, sure.scores, sure.outcomes)!.power).toBeCloseTo(0.5, 1);
  });

  it('holds the realised values in its interval 19 times of 20, also for rows that are easier than the evaluated ones', () => {
    let [accuracies, losses] = [0, 0];
    const rounds = 100;
    for (let round = 0; round < rounds; round++) {
      const evaluated = rowsOf(400, 10 + round, 1, squared);
      const served = rowsOf(200, 5000 + round, 1.6, squared);
      const baseline = confidenceBaseline(3, evaluated.scores, evaluated.outcomes)!;
      const { accuracy, logLoss } = estimatePerformance(3, served.scores, baseline)!;
      const realised = classificationMetrics(task, served.scores, served.outcomes);
      const within = (value: number, [low, high]: readonly [number, number]) => (value >= low && value <= high ? 1 : 0);
      accuracies += within(realised['accuracy']!, accuracy.interval);
      losses += within(realised['log_loss']!, logLoss.interval);
    }
    expect(accuracies / rounds).toBeGreaterThan(0.9);
    expect(losses / rounds).toBeGreaterThan(0.9);
  });

  it('has nothing to say without answers, nor without 100 evaluated rows', () => {
    const { scores, outcomes } = rowsOf(99, 1, 1);
    expect(confidenceBaseline(3, scores, outcomes)).toBeUndefined();
    const more = rowsOf(100, 1, 1);
    expect(estimatePerformance(3, [], confidenceBaseline(3, more.scores, more.outcomes)!)).toBeUndefined();
  });

  it('stays a share and finite, whatever the model claims', () => {
    const claims = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 100, maxLength: 120 });
    fc.assert(
      fc.property(claims, fc.integer(), (given, seed) => {
        const random = seededRandom(seed);
        const scores = given.flatMap((p) => [p, 1 - p]);
        const baseline = confidenceBaseline(
          2,
          scores,
          given.map(() => (random() < 0.5 ? 0 : 1)),
        )!;
        const { accuracy, logLoss } = estimatePerformance(2, scores, baseline)!;
        const [low, high] = accuracy.interval;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low <= accuracy.value && accuracy.value <= high).toBe(true);
        expect([...logLoss.interval, logLoss.value].every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
