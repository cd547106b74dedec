import { metricsOf, rowMetricsOf, rowValues } from './evaluate.js';
import { regressionMetrics } from './regression.js';

describe('regression metrics', () => {
  it('are the textbook values', () => {
    // Errors 1, −1, 2 around outcomes 1, 2, 3 (mean 2, squared spread 2).
    const metrics = regressionMetrics([2, 1, 5], [1, 2, 3]);
    expect(metrics['mae']).toBeCloseTo(4 / 3, 14);
    expect(metrics['rmse']).toBeCloseTo(Math.sqrt(2), 14);
    expect(metrics['r2']).toBeCloseTo(1 - 6 / 2, 14);
  });

  it('leave out R² where nothing varies, and everything without rows', () => {
    expect(regressionMetrics([1, 2], [5, 5])).not.toHaveProperty('r2');
    expect(regressionMetrics([], [])).toEqual({});
  });

  it('refuse what is not finite or does not fit', () => {
    expect(() => regressionMetrics([NaN], [1])).toThrow(expect.objectContaining({ code: 'scores_invalid' }));
    expect(() => regressionMetrics([1], [Infinity])).toThrow(expect.objectContaining({ code: 'outcomes_invalid' }));
    expect(() => regressionMetrics([1, 2], [1])).toThrow(expect.objectContaining({ code: 'scores_invalid' }));
  });
});

describe('row values', () => {
  it('average to the metric they stand for', () => {
    const task = { kind: 'classification', classes: ['H', 'D', 'A'], ordered: true } as const;
    const scores = [0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.3, 0.4, 0.3];
    const outcomes = [0, 1, 1];
    const metrics = metricsOf(task, scores, outcomes);
    for (const metric of rowMetricsOf(task)) {
      const values = rowValues(metric, task, scores, outcomes)!;
      expect(values.reduce((sum, value) => sum + value, 0) / 3).toBeCloseTo(metrics[metric]!, 14);
    }
    expect(rowMetricsOf({ ...task, ordered: false })).not.toContain('rps');
    expect(rowValues('ece', task, scores, outcomes)).toBeUndefined();
    expect([...rowValues('mae', { kind: 'regression' }, [3, 1], [1, 2])!]).toEqual([2, 1]);
  });
});
