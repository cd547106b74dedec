import fc from 'fast-check';
import { aConfig } from '../testing/builders.js';
import { coinModel } from '../testing/coin-model.js';
import { bucketOf, latencyBuckets, latencyQuantile } from './latency-buckets.js';
import { planRollout, shareOf } from './plan-rollout.js';
import type { RolloutStatus } from './rollout.js';
import { rolloutTransition, rolloutTransitions } from './rollout-transitions.js';
import { armOf, splitPoint } from './traffic-split.js';

describe('the split of callers', () => {
  const keys = fc.string({ minLength: 1 });

  it('is the same for a key whoever asks, and keeps every caller when the share grows', () => {
    fc.assert(
      fc.property(fc.uuid(), keys, fc.double({ min: 0, max: 1 }), fc.double({ min: 0, max: 1 }), (id, key, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        expect(splitPoint(id, key)).toBe(splitPoint(id, key));
        if (armOf({ id, share: small }, key) === 'challenger') {
          expect(armOf({ id, share: large }, key)).toBe('challenger');
        }
        expect(armOf({ id, share: 0 }, key)).toBe('champion');
        expect(armOf({ id, share: 1 }, key)).toBe('challenger');
      }),
    );
  });

  it('gives the challenger its share, and another share of callers in another rollout', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `caller-${index}`);
    const challenged = (id: string) => names.map((key) => armOf({ id, share: 0.25 }, key) === 'challenger');
    const [first, second] = [challenged('first'), challenged('second')];
    const share = (flags: readonly boolean[]) => flags.filter(Boolean).length / flags.length;
    // Five standard errors are 0.0153.
    expect(Math.abs(share(first) - 0.25)).toBeLessThan(0.0153);
    const both = first.filter((flag, index) => flag && second[index]).length / names.length;
    expect(Math.abs(both - 0.0625)).toBeLessThan(0.0086);
  });
});

describe('the states of a rollout', () => {
  const statuses = Object.keys(rolloutTransitions) as RolloutStatus[];

  it('end once, and nothing leaves an end', () => {
    for (const from of statuses) {
      for (const to of statuses) {
        if (from === 'running' && to !== 'running') expect(rolloutTransition(from, to)).toBe(to);
        else expect(() => rolloutTransition(from, to)).toThrow(`is ${from} cannot become ${to}`);
      }
    }
  });
});

describe('times of scoring in buckets', () => {
  it('give a quantile that is at least the true one, and at most a fifth more', () => {
    const times = fc.array(fc.double({ min: 0.06, max: 1000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.95), (given, share) => {
        const counts = Array<number>(latencyBuckets.length + 1).fill(0);
        for (const time of given) counts[bucketOf(time)]!++;
        const exact = [...given].sort((a, b) => a - b)[Math.ceil(share * given.length - 1e-9) - 1]!;
        const told = latencyQuantile(counts, share)!;
        expect(told).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        expect(told).toBeLessThanOrEqual(exact * 1.19 + 1e-9);
      }),
    );
  });

  it('count whatever is given, and know nothing of nothing', () => {
    for (const time of [0, -1, 0.05, 1e12]) {
      expect(bucketOf(time)).toBeGreaterThanOrEqual(0);
      expect(bucketOf(time)).toBeLessThanOrEqual(latencyBuckets.length);
    }
    expect(latencyQuantile([], 0.95)).toBeUndefined();
    expect(latencyQuantile([0, 0], 0.95)).toBeUndefined();
  });
});

describe('the plan of a rollout', () => {
  const { deployment } = aConfig();
  const champion = { version: 1, evaluation: { rows: 100, metrics: { rmse: 3 } } };

  it('has the shares that its strategy needs', () => {
    const steps = (strategy: 'shadow' | 'canary' | 'ab') =>
      planRollout(strategy, { ...deployment, share: 30 }, coinModel.task, champion).steps;
    expect(steps('canary')).toEqual([0.05, 0.25, 0.5, 1]);
    expect(steps('ab')).toEqual([0.3]);
    expect(steps('shadow')).toEqual([]);
    expect(shareOf({ steps: [] }, 0)).toBe(0);
  });

  it('measures a regression by the squared error of its champion, and refuses one that has none', () => {
    const task = { kind: 'regression' } as const;
    expect(planRollout('shadow', deployment, task, champion).scale).toBe(9);
    const unknown = () => planRollout('shadow', deployment, task, { version: 4 });
    expect(unknown).toThrow(expect.objectContaining({ code: 'no_scale' }));
  });
});
