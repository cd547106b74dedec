import { aGateContext, gateVerdict } from '../testing/gate-context.js';
import { latency } from './latency.js';

const timed = (timing?: readonly number[]) => aGateContext([{ tilt: 0, candidate: 0.5, heads: true }], { timing });

describe('the latency gate', () => {
  it('accepts an artifact that answers fast enough 19 times of 20', async () => {
    const times = Array.from({ length: 100 }, (_, index) => (index < 96 ? 1 : 400));
    const verdict = await gateVerdict(latency, timed(times), { max_ms: 2 });
    expect(verdict).toMatchObject({ accepted: true, code: 'fast_enough', score: 1, threshold: 2, n: 100 });
    expect(verdict.evidence).toEqual({ p95_ms: 1, median_ms: 1, largest_ms: 400 });
  });

  it('refuses one that is too slow', async () => {
    const verdict = await gateVerdict(latency, timed([60, 70, 80, 90, 100]));
    expect(verdict).toMatchObject({ accepted: false, code: 'too_slow', threshold: 50 });
    expect(verdict.reason).toMatch(/50 ms are allowed/);
  });

  it.each([[undefined], [[]], [[1, 1, 1, 1]], [[1, 1, 1, 1, NaN]], [[-1, 1, 1, 1, 1]]])(
    'fails closed on %j',
    async (times) => {
      expect(await gateVerdict(latency, timed(times))).toMatchObject({ accepted: false, code: 'not_measured' });
    },
  );
});
