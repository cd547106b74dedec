import { normalFrom } from '../testing/normal.js';
import { sumBound } from './confidence-sequence.js';
import { seededRandom } from './random.js';

/** Share of streams whose sum crosses the bound at some time of so many rows. */
function crossings(streams: number, rows: number, alpha: number, drift: number): number {
  const next = normalFrom(seededRandom(17));
  let crossed = 0;
  for (let stream = 0; stream < streams; stream++) {
    let sum = 0;
    for (let n = 1; n <= rows; n++) {
      sum += next() + drift;
      if (sum <= sumBound(n, 1, alpha)) continue;
      crossed++;
      break;
    }
  }
  return crossed / streams;
}

describe('the bound of a sum at any time', () => {
  it.each([0.05, 0.2])('is crossed by at most %d of the streams without drift, looked at after every row', (alpha) => {
    expect(crossings(300, 1000, alpha, 0)).toBeLessThanOrEqual(alpha);
  });

  it('is crossed by nearly all streams with one', () => {
    expect(crossings(100, 1000, 0.05, 0.2)).toBeGreaterThan(0.95);
  });

  it('is nothing where nothing varies, and grows with the rows and with certainty', () => {
    expect([sumBound(0, 1, 0.05), sumBound(10, 0, 0.05)]).toEqual([0, 0]);
    expect(sumBound(200, 1, 0.05)).toBeGreaterThan(sumBound(100, 1, 0.05));
    expect(sumBound(100, 1, 0.01)).toBeGreaterThan(sumBound(100, 1, 0.05));
    expect(sumBound(100, 3, 0.05)).toBeCloseTo(3 * sumBound(100, 1, 0.05), 9);
  });
});
