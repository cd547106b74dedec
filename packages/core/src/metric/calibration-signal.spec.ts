import { seededRandom } from '../statistic/random.js';
import { calibrationSignal } from './calibration-signal.js';

/** Rows of three-class probabilities with outcomes drawn from them; `distort` is what the model claims instead. */
function stream(rows: number, seed: number, distort: (p: number[]) => number[]) {
  const random = seededRandom(seed);
  const scores: number[] = [];
  const outcomes: number[] = [];
  for (let row = 0; row < rows; row++) {
    const strength = Math.exp(2 * random() - 1);
    const weights = [strength, 0.8, 1 / strength];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const truth = weights.map((weight) => weight / total);
    const u = random();
    outcomes.push(u < truth[0]! ? 0 : u < truth[0]! + truth[1]! ? 1 : 2);
    scores.push(...distort(truth));
  }
  return { scores, outcomes };
}

const squared = (p: number[]) => {
  const total = p.reduce((sum, share) => sum + share * share, 0);
  return p.map((share) => (share * share) / total);
};

describe('the calibration signal', () => {
  it('has no say without rows', () => {
    expect(calibrationSignal(3, [], [])).toBeUndefined();
  });

  it('compares log loss with entropy', () => {
    const signal = calibrationSignal(2, [0.5, 0.5], [0])!;
    expect(signal.logLoss).toBeCloseTo(Math.LN2, 14);
    expect(signal.expectedLogLoss).toBeCloseTo(Math.LN2, 14);
    expect(signal.z).toBe(0);
  });

  it('stays quiet for honest probabilities as often as it promises', () => {
    let [alarms, sum, squares] = [0, 0, 0];
    for (let seed = 0; seed < 400; seed++) {
      const { scores, outcomes } = stream(150, seed, (p) => p);
      const { z, cusumPValue } = calibrationSignal(3, scores, outcomes)!;
      if (cusumPValue <= 0.05) alarms++;
      sum += z;
      squares += z * z;
    }
    expect(alarms).toBeLessThanOrEqual(20);
    expect(sum / 400).toBeCloseTo(0, 0);
    expect(squares / 400).toBeGreaterThan(0.8);
    expect(squares / 400).toBeLessThan(1.2);
  });

  it('catches squared probabilities, which accuracy cannot see, even after a long good time', () => {
    const good = stream(1000, 1, (p) => p);
    const bad = stream(150, 2, squared);
    const signal = calibrationSignal(3, [...good.scores, ...bad.scores], [...good.outcomes, ...bad.outcomes])!;
    expect(signal.cusumPValue).toBeLessThan(0.005);
  });

  it('takes a surprise against certainty as proof and certainty that came true as none', () => {
    expect(calibrationSignal(2, [1, 0], [1])!.pValue).toBeLessThan(1e-6);
    expect(calibrationSignal(2, [1, 0], [0])!.cusum).toBeCloseTo(0, 6);
  });
});
