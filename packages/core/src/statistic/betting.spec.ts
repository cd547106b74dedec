import fc from 'fast-check';
import { Betting, leastMean } from './betting.js';
import { seededRandom } from './random.js';

const logCapitalOf = (given: readonly number[]) => {
  const betting = new Betting();
  for (const x of given) betting.add(x, 1);
  return betting.logCapital;
};
const numbers = fc.array(fc.double({ min: -1, max: 3, noNaN: true }), { maxLength: 60 });

describe('testing by betting', () => {
  it('starts with one unit of money and never cares about the order of the numbers', () => {
    expect(new Betting().logCapital).toBeCloseTo(0, 12);
    fc.assert(
      fc.property(numbers, fc.integer(), (given, seed) => {
        const random = seededRandom(seed);
        const shuffled = given
          .map((value) => ({ value, at: random() }))
          .sort((a, b) => a.at - b.at)
          .map(({ value }) => value);
        expect(logCapitalOf(shuffled)).toBeCloseTo(logCapitalOf(given), 8);
      }),
    );
  });

  it('is a fair game: over the two outcomes of a fair coin the next capital is the present one on average', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.01, max: 1, noNaN: true }), (given, size) => {
        const after = (x: number) => Math.exp(logCapitalOf([...given, x]) - logCapitalOf(given));
        expect((after(size) + after(-size)) / 2).toBeCloseTo(1, 9);
      }),
    );
  });

  it('grows with every number', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (given, at, more) => {
        fc.pre(given.length > 0);
        const raised = given.with(at % given.length, given[at % given.length]! + more);
        expect(logCapitalOf(raised)).toBeGreaterThanOrEqual(logCapitalOf(given) - 1e-12);
      }),
    );
  });

  it('is no game when more could be lost than was staked', () => {
    expect(() => new Betting().add(-1.5, 1)).toThrow(RangeError);
    expect(() => new Betting().add(NaN, 1)).toThrow(RangeError);
  });

  it('of 400 null sequences, looked at after each of 500 numbers, at most a twentieth ever reaches 20', () => {
    const random = seededRandom(5);
    let reached = 0;
    for (let run = 0; run < 400; run++) {
      const betting = new Betting();
      // Skewed: a small gain mostly, the whole stake sometimes. The mean is 0.
      for (let n = 0; n < 500; n++) {
        betting.add(random() < 0.8 ? 0.25 : -1, 1);
        if (betting.logCapital < Math.log(20)) continue;
        reached++;
        break;
      }
    }
    expect(reached).toBeLessThanOrEqual(20);
    // A test that never speaks would pass too.
    expect(reached).toBeGreaterThan(0);
  });
});

describe('the least mean that numbers do not refute', () => {
  const drawn = (n: number) => {
    const random = seededRandom(8);
    return Array.from({ length: n }, () => ({ value: 0.1 + 0.2 * (random() - 0.5), least: 0 }));
  };

  it('lies below what was seen, the closer the more there is', () => {
    const [few, many] = [leastMean(drawn(100), 0.05), leastMean(drawn(2000), 0.05)];
    expect(many).toBeLessThan(0.1);
    expect(many).toBeGreaterThan(0.09);
    expect(few).toBeLessThan(many);
    expect(leastMean(drawn(2000), 0.001)).toBeLessThan(many);
  });

  it('is refuted no sooner than the betting against it ends', () => {
    const numbers = drawn(500);
    const found = leastMean(numbers, 0.05);
    const against = (mean: number) => {
      const betting = new Betting();
      for (const { value, least } of numbers) betting.add(value - mean, Math.max(0, mean - least));
      return betting.logCapital;
    };
    expect(against(found)).toBeGreaterThanOrEqual(Math.log(20));
    expect(against(found + 2e-4)).toBeLessThan(Math.log(20));
    expect(leastMean([], 0.05)).toBe(-Infinity);
  });
});
