import fc from 'fast-check';
import { seededRandom } from '../statistic/random.js';
import { judgeRollout } from './judge-rollout.js';
import type { RolloutEvidence, RolloutPair } from './rollout-evidence.js';
import { rolloutDefaults, type RolloutPlan } from './rollout-plan.js';
import { rolloutSeries } from './rollout-series.js';

const startedAt = new Date('2026-03-01T00:00:00Z');
const after = (days: number) => new Date(startedAt.getTime() + days * 86_400_000);
const shadow: RolloutPlan = { ...rolloutDefaults, strategy: 'shadow' };
const canary: RolloutPlan = { ...rolloutDefaults, strategy: 'canary' };
const quiet = { requests: 1000, errors: 0 };

function evidenceOf(pairs: readonly RolloutPair[], more: Partial<RolloutEvidence> = {}): RolloutEvidence {
  return { startedAt, asOf: after(10), pairs, champion: quiet, challenger: quiet, splits: [], ...more };
}

const range = [-0.6, 0.6] as const;

/** Differences with a mean and noise of ± 0.2 around it. */
function pairs(n: number, mean: number, seed = 1): RolloutPair[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, (_, index) => {
    const difference = mean + (random() < 0.5 ? 0.2 : -0.2);
    return { observedAt: after(index / 1000), difference, range };
  });
}

describe('judging a rollout', () => {
  it('promotes a challenger that outcomes prove better', () => {
    expect(judgeRollout(evidenceOf(pairs(600, 0.06)), shadow)).toMatchObject({ verdict: 'promote', code: 'better' });
  });

  it('rolls back one that outcomes prove worse, the sooner the worse it is', () => {
    expect(judgeRollout(evidenceOf(pairs(600, -0.06)), shadow)).toMatchObject({ verdict: 'roll_back', code: 'worse' });
    const awful = Array.from({ length: 12 }, () => ({
      observedAt: startedAt,
      difference: -0.7,
      range: [-0.7, 0.7] as const,
    }));
    expect(judgeRollout(evidenceOf(awful), shadow)).toMatchObject({ verdict: 'roll_back', code: 'worse' });
  });

  it('goes on while nothing is proven, and says so of no traffic', () => {
    expect(judgeRollout(evidenceOf(pairs(300, 0)), shadow)).toMatchObject({ verdict: 'continue', code: 'undecided' });
    const nothing = judgeRollout(evidenceOf([], { champion: none, challenger: none }), shadow);
    expect(nothing).toMatchObject({ verdict: 'continue', code: 'not_enough_evidence', n: 0 });
    expect(nothing.reason).toContain('Not enough evidence');
  });

  it('keeps the champion at the deadline, but not against proof', () => {
    const late = { asOf: after(91) };
    expect(judgeRollout(evidenceOf([], late), shadow)).toMatchObject({ verdict: 'no_decision', code: 'deadline' });
    expect(judgeRollout(evidenceOf(pairs(600, 0.06), late), shadow).verdict).toBe('promote');
    expect(judgeRollout(evidenceOf(pairs(600, -0.06), late), shadow).verdict).toBe('roll_back');
  });

  it('promotes an equal one only where the plan allows a margin', () => {
    const equal = evidenceOf(pairs(4000, 0.001));
    expect(judgeRollout(equal, shadow).verdict).toBe('continue');
    expect(judgeRollout(equal, { ...shadow, margin: 0.03 })).toMatchObject({ verdict: 'promote', code: 'not_worse' });
  });

  it('walks a canary to its last step before it promotes', () => {
    const proven = pairs(600, 0.06);
    const at = (index: number, outcomes: number, since = after(9)) =>
      judgeRollout(evidenceOf(proven, { step: { index, outcomes, since } }), canary);
    expect(at(1, 200)).toMatchObject({ verdict: 'continue', code: 'steps_ahead' });
    expect(at(3, 5)).toMatchObject({ verdict: 'continue', code: 'steps_ahead' });
    expect(at(3, 200, after(10))).toMatchObject({ verdict: 'continue', code: 'steps_ahead' });
    expect(at(3, 200).verdict).toBe('promote');
  });

  it('rolls back a challenger that fails, without a single outcome', () => {
    const failing = evidenceOf([], { challenger: { requests: 12, errors: 12 } });
    expect(judgeRollout(failing, canary)).toMatchObject({ verdict: 'roll_back', code: 'errors' });
    const both = evidenceOf([], { challenger: { requests: 500, errors: 30 }, champion: { requests: 500, errors: 30 } });
    expect(judgeRollout(both, canary).verdict).toBe('continue');
  });

  it('rolls back a challenger that is far slower, once that is known', () => {
    const slow = (answers: number) =>
      judgeRollout(
        evidenceOf([], {
          champion: { ...quiet, latency: { answers: 5000, p95: 4 } },
          challenger: { ...quiet, latency: { answers, p95: 40 } },
        }),
        canary,
      );
    expect(slow(100).verdict).toBe('continue');
    expect(slow(1000)).toMatchObject({ verdict: 'roll_back', code: 'latency' });
  });

  it('ends a comparison whose callers were not split as planned, without blaming the challenger', () => {
    const split = (challenger: number) =>
      judgeRollout(
        evidenceOf(pairs(600, 0.06), {
          splits: [{ share: 0.25, champion: 10_000 - challenger, challenger }],
          step: { index: 1, outcomes: 100, since: startedAt },
        }),
        canary,
      );
    expect(split(2540).verdict).toBe('continue');
    expect(split(2000)).toMatchObject({ verdict: 'no_decision', code: 'sample_ratio_mismatch' });
  });

  it('comes to the same whatever the order of the outcomes, and a correction counts as if it had been there at once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 80 }), fc.nat(), (raw, at) => {
        const made = raw.map((value) => ({ observedAt: startedAt, difference: value / 100, range }));
        const turned = judgeRollout(evidenceOf([...made].reverse()), shadow);
        const straight = judgeRollout(evidenceOf(made), shadow);
        expect(turned.verdict).toBe(straight.verdict);
        expect(turned.evidence['log_e_better']).toBeCloseTo(straight.evidence['log_e_better'] as number, 9);
        expect(turned.evidence['log_e_worse']).toBeCloseTo(straight.evidence['log_e_worse'] as number, 9);
        const corrected = made.with(at % made.length, { observedAt: startedAt, difference: 0.1, range });
        const last = rolloutSeries(corrected, shadow).at(-1)!;
        expect(last.logBetter).toBeCloseTo(
          judgeRollout(evidenceOf(corrected), shadow).evidence['log_e_better'] as number,
          9,
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('the evidence over time', () => {
  it('is thinned to so many points and ends with the last outcome', () => {
    const given = pairs(1000, 0.03);
    const series = rolloutSeries(given, shadow, 50);
    expect(series).toHaveLength(50);
    expect(series.at(-1)).toMatchObject({ n: 1000, observedAt: given.at(-1)!.observedAt });
    expect(rolloutSeries(given.slice(0, 3), shadow, 50).map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(rolloutSeries([], shadow)).toEqual([]);
  });
});

const none = { requests: 0, errors: 0 };
