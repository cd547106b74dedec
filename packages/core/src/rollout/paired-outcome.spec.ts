import fc from 'fast-check';
import type { Task } from '../model/task.js';
import { pairedOutcome } from './paired-outcome.js';

const classes = ['H', 'D', 'A'];
const task: Task = { kind: 'classification', classes, ordered: true };
const forecastFrom = (least: number) =>
  fc.array(fc.integer({ min: least, max: 300 }), { minLength: 3, maxLength: 3 }).map((given) => {
    const weights = given.some((weight) => weight > 0) ? given : [1, 1, 1];
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
const forecast = forecastFrom(0);
// The floor counts an impossible class as one in a thousand; here no class is that unlikely.
const possible = forecastFrom(1);
const outcome = fc.constantFrom(...classes);

describe('the difference of two forecasts of one request', () => {
  it('is the gain in log loss, above 0 where the challenger gave more to what happened', () => {
    const pair = pairedOutcome(
      task,
      {},
      {
        champion: [0.5, 0.3, 0.2],
        challenger: [0.55, 0.27, 0.18],
        outcome: 'H',
      },
    )!;
    expect(pair.difference).toBeCloseTo(Math.log(0.55 / 0.5), 12);
    expect(pair.range[0]).toBeCloseTo(Math.log(0.27 / 0.3), 12);
    expect(pair.range[1]).toBe(pair.difference);
  });

  it('lies within the range that was known before, and turns around with the roles', () => {
    fc.assert(
      fc.property(forecast, forecast, outcome, (champion, challenger, happened) => {
        const { difference, range } = pairedOutcome(task, {}, { champion, challenger, outcome: happened })!;
        const turned = pairedOutcome(task, {}, { champion: challenger, challenger: champion, outcome: happened })!;
        expect(difference).toBeGreaterThanOrEqual(range[0]);
        expect(difference).toBeLessThanOrEqual(range[1]);
        expect(Math.max(...range.map(Math.abs))).toBeLessThanOrEqual(Math.log(1000) + 1e-12);
        expect(turned.difference).toBeCloseTo(-difference, 12);
        expect(turned.range[0]).toBeCloseTo(-range[1], 12);
      }),
    );
  });

  it('never favours a challenger, on average, where the champion is right', () => {
    fc.assert(
      fc.property(possible, possible, (champion, challenger) => {
        const expected = classes.reduce(
          (sum, happened, k) =>
            sum + champion[k]! * pairedOutcome(task, {}, { champion, challenger, outcome: happened })!.difference,
          0,
        );
        expect(expected).toBeLessThanOrEqual(1e-12);
      }),
    );
  });

  it('of a regression is the gain in squared error over the scale, clipped', () => {
    const regression: Task = { kind: 'regression' };
    const near = pairedOutcome(regression, { scale: 4 }, { champion: [11], challenger: [10], outcome: 10 })!;
    expect(near).toEqual({ difference: 0.25, range: [-1, 1] });
    const far = pairedOutcome(regression, { scale: 4 }, { champion: [10], challenger: [20], outcome: 10 })!;
    expect(far.difference).toBe(-1);
    expect(pairedOutcome(regression, {}, { champion: [1], challenger: [2], outcome: 1 })).toBeUndefined();
  });

  test.each([
    ['an outcome that is no class', [0.5, 0.3, 0.2], 'X'],
    ['scores that are no probabilities', [0.5, 0.3, 0.9], 'H'],
    ['scores of another width', [0.5, 0.5], 'H'],
    ['a score that is no number', [NaN, 0.5, 0.5], 'H'],
  ])('does not exist for %s', (_, challenger, happened) => {
    expect(pairedOutcome(task, {}, { champion: [0.5, 0.3, 0.2], challenger, outcome: happened })).toBeUndefined();
  });
});
