import fc from 'fast-check';
import { nextStep } from './next-step.js';
import { rolloutDefaults } from './rollout-plan.js';

const since = new Date('2026-03-01T00:00:00Z');
const at = (minutes: number) => new Date(since.getTime() + minutes * 60_000);

describe('the steps of a canary', () => {
  const step = { index: 0, since, outcomes: 20 };

  it('follow each other once a step has seen its outcomes and its time', () => {
    expect(nextStep(rolloutDefaults, step, 'continue', at(60))).toBe(1);
    expect(nextStep(rolloutDefaults, { ...step, outcomes: 19 }, 'continue', at(60))).toBe(0);
    expect(nextStep(rolloutDefaults, step, 'continue', at(59))).toBe(0);
  });

  it('are taken one by one, never back, never beyond the last, and only while the rollout goes on', () => {
    const verdict = fc.constantFrom('promote', 'roll_back', 'continue', 'no_decision' as const);
    fc.assert(
      fc.property(fc.nat(3), fc.nat(1000), fc.nat(10_000), verdict, (index, outcomes, minutes, given) => {
        const next = nextStep(rolloutDefaults, { index, since, outcomes }, given, at(minutes));
        expect(next - index).toBeGreaterThanOrEqual(0);
        expect(next - index).toBeLessThanOrEqual(given === 'continue' ? 1 : 0);
        expect(next).toBeLessThan(rolloutDefaults.steps.length);
      }),
    );
  });
});
