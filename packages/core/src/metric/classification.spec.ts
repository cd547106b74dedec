import fc from 'fast-check';
import type { ClassificationTask } from '../model/task.js';
import { expectedCalibrationError } from './calibration-error.js';
import { classificationMetrics, smallestProbability } from './classification.js';

const task: ClassificationTask = { kind: 'classification', classes: ['H', 'D', 'A'], ordered: true };

describe('classification metrics', () => {
  it('are the textbook values of one row', () => {
    const metrics = classificationMetrics(task, [0.5, 0.3, 0.2], [1]);
    expect(metrics['accuracy']).toBe(0);
    expect(metrics['log_loss']).toBeCloseTo(-Math.log(0.3), 14);
    expect(metrics['brier']).toBeCloseTo(0.25 + 0.49 + 0.04, 14);
    // Cumulative: 0.5 against 0, 0.8 against 1, halved for three classes.
    expect(metrics['rps']).toBeCloseTo((0.25 + 0.04) / 2, 14);
    expect(metrics['ece']).toBeCloseTo(0.5, 14);
  });

  it('score a perfect model perfectly', () => {
    expect(classificationMetrics(task, [1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 1, 2])).toEqual({
      accuracy: 1,
      log_loss: 0,
      brier: 0,
      rps: 0,
      ece: 0,
      macro_f1: 1,
    });
  });

  it('average F1 over the classes that occurred or were named', () => {
    // H: one hit, one false alarm: 2/3. D: missed: 0. A neither observed nor predicted.
    expect(classificationMetrics(task, [0.9, 0.1, 0, 0.9, 0.1, 0], [0, 1])['macro_f1']).toBeCloseTo(1 / 3, 14);
  });

  it('leave out what is undefined: RPS of unordered classes, everything without rows', () => {
    expect(classificationMetrics({ ...task, ordered: false }, [0.5, 0.3, 0.2], [1])).not.toHaveProperty('rps');
    expect(classificationMetrics(task, [], [])).toEqual({});
  });

  it('cap the cost of an impossible surprise', () => {
    expect(classificationMetrics(task, [1, 0, 0], [2])['log_loss']).toBeCloseTo(-Math.log(smallestProbability), 12);
  });

  it.each([
    ['a NaN', [NaN, 0.5, 0.5]],
    ['a sum below one', [0.5, 0.3, 0.1]],
    ['a negative share', [-0.1, 0.6, 0.5]],
    ['a missing column', [0.5, 0.5]],
  ])('refuse scores with %s', (_, scores) => {
    expect(() => classificationMetrics(task, scores, [0])).toThrow(expect.objectContaining({ code: 'scores_invalid' }));
  });

  it.each([3, -1, 0.5, NaN])('refuse outcome %p', (outcome) => {
    expect(() => classificationMetrics(task, [0.5, 0.3, 0.2], [outcome])).toThrow(
      expect.objectContaining({ code: 'outcomes_invalid' }),
    );
  });

  it('accept what float32 models round', () => {
    const scores = Float32Array.of(1 / 3, 1 / 3, 1 / 3);
    expect(classificationMetrics(task, scores, [0])['log_loss']).toBeCloseTo(Math.log(3), 6);
  });

  it('stay within their ranges', () => {
    const row = fc
      .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 50 }))
      .map(([a, b, c]) => [a, b, c].map((part) => part / (a + b + c)));
    const rows = fc.array(fc.tuple(row, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(rows, (given) => {
        const scores = given.flatMap(([probabilities]) => probabilities);
        const metrics = classificationMetrics(
          task,
          scores,
          given.map(([, outcome]) => outcome),
        );
        for (const name of ['accuracy', 'rps', 'ece', 'macro_f1']) {
          expect(metrics[name]).toBeGreaterThanOrEqual(0);
          expect(metrics[name]).toBeLessThanOrEqual(1);
        }
        expect(metrics['brier']).toBeLessThanOrEqual(2);
        expect(metrics['log_loss']).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('expected calibration error', () => {
  it('is the gap between confidence and hits, weighted by rows', () => {
    // Two bins of two: |0.2 − 0.5| and |0.9 − 1|, each half of the rows.
    expect(expectedCalibrationError([0.1, 0.9, 0.3, 0.9], [0, 1, 1, 1], 2)).toBeCloseTo(0.15 + 0.05, 14);
  });

  it('needs no more bins than rows', () => {
    expect(expectedCalibrationError([0.7], [1], 10)).toBeCloseTo(0.3, 14);
  });
});
