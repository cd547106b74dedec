import fc from 'fast-check';
import { cooldownUntil, daysBetween } from './cooldown.js';

const DAY = 86_400_000;
const anyTime = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('the cool-down', () => {
  it('holds until exactly so many days after the last attempt', () => {
    fc.assert(
      fc.property(
        anyTime,
        fc.integer({ min: 0, max: 365 }),
        fc.integer({ min: 0, max: 400 * DAY }),
        (last, days, passed) => {
          const until = cooldownUntil(last, days, new Date(last.getTime() + passed));
          expect(until?.getTime()).toBe(passed < days * DAY ? last.getTime() + days * DAY : undefined);
        },
      ),
    );
  });

  it('never began where there was no attempt, and zero days never hold', () => {
    expect(cooldownUntil(undefined, 7, new Date())).toBeUndefined();
    expect(cooldownUntil(new Date(5), 0, new Date(5))).toBeUndefined();
  });

  it('counts no negative days', () => {
    expect(daysBetween(new Date(2 * DAY), new Date(DAY))).toBe(0);
    expect(daysBetween(new Date(DAY), new Date(2.5 * DAY))).toBe(1.5);
  });
});
