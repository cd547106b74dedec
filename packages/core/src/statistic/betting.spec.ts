import fc from 'fast-check';
import { Betting, logCapitalOf, meanInterval } from './betting.js';
import { seededRandom } from './random.js';

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
    expect(() => new Betting().add(-1.5)).toThrow(RangeError);
    expect(() => new Betting().add(NaN)).toThrow(RangeError);
  });

  it('of 1000 null sequences, looked at after each of 500 numbers, at most a twentieth ever reaches 20', () => {
    const random = seededRandom(5);
    let reached = 0;
    for (let run = 0; run < 1000; run++) {
      const betting = new Betting();
      // Skewed: a small gain mostly, the whole stake sometimes. The mean is 0.
      for (let n = 0; n < 500; n++) {
        betting.add(random() < 0.8 ? 0.25 : -1);
        if (betting.logCapital < Math.log(20)) continue;
        reached++;
        break;
      }
    }
    expect(reached).toBeLessThanOrEqual(50);
    // A test that never speaks would pass too.
    expect(reached).toBeGreaterThan(0);
  });
});

describe('the interval of a mean', () => {
  it('holds the mean that was seen, and narrows around it', () => {
    const random = seededRandom(8);
    const values = Array.from({ length: 2000 }, () => 0.1 + 0.2 * (random() - 0.5));
    const [low, high] = meanInterval(values, 0.5, 0.95);
    expect(low).toBeLessThan(0.1);
    expect(high).toBeGreaterThan(0.1);
    expect(high - low).toBeLessThan(0.02);
    const [early, late] = meanInterval(values.slice(0, 100), 0.5, 0.95);
    expect(late - early).toBeGreaterThan(high - low);
    expect(meanInterval([], 0.5, 0.95)).toEqual([-0.5, 0.5]);
  });
});
