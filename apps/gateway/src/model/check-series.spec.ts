import type { JsonObject } from '@retrain/core';
import { aTriggerEvaluation, aVerdict } from '@retrain/core/testing';
import { checksOf, checkView, driftPoint, featureSeries, performancePoint } from './check-series.js';

const drift = (day: number, evidence: JsonObject, more: object = {}) =>
  aTriggerEvaluation({
    ...{ asOf: new Date(Date.UTC(2024, 0, day)), championVersion: 3 },
    verdicts: [aVerdict({ trigger: 'data_drift', score: 0.2, threshold: 0.1, evidence, ...more })],
  });
const feature = (name: string, score: number, status = 'stable') => ({
  name,
  status,
  method: 'ks',
  score,
  threshold: 0.1,
});

describe('series of checks', () => {
  it('show the level, the block and the classifier beside the score', () => {
    const evidence = {
      ...{ judged: 4, drifted: 1, level: 0.001, from: '2024-01-01', to: '2024-01-02' },
      domain_classifier: { status: 'drifted', auc: 0.7, minimum_auc: 0.57, p_value: 1e-6 },
    };
    const [point] = checksOf([drift(2, evidence)], 'data_drift').map(driftPoint);
    expect(point).toMatchObject({
      ...{ as_of: '2024-01-02T00:00:00.000Z', champion_version: 3, score: 0.2, threshold: 0.1 },
      block: { from: '2024-01-01', to: '2024-01-02', level: 0.001 },
      ...{ judged_features: 4, drifted_features: 1 },
      domain_classifier: { status: 'drifted', auc: 0.7 },
    });
    expect(point).not.toHaveProperty('evidence');
    expect(checksOf([drift(2, {})], 'data_drift').map(driftPoint)[0]).toMatchObject({
      ...{ block: null, judged_features: null, domain_classifier: null },
    });
  });

  it('follow each feature over the checks, those first that moved farthest', () => {
    const checks = checksOf(
      [
        drift(1, { features: [feature('a', 0.3), feature('b', 0.05)] }),
        drift(2, {
          features: [feature('a', 0.02), feature('b', 0.4, 'drifted'), { name: 'month', status: 'excluded' }],
        }),
        drift(3, { features: 'not a list' }),
      ],
      'data_drift',
    );
    const series = featureSeries(checks, { most: 2 });
    expect(series.map(({ name, points }) => [name, points.map(({ score }) => score)])).toEqual([
      ['b', [0.05, 0.4]],
      ['a', [0.3, 0.02]],
    ]);
    expect(series[0]?.points[1]).toMatchObject({ as_of: '2024-01-02T00:00:00.000Z', status: 'drifted', method: 'ks' });
    expect(featureSeries(checks, { most: 20, only: 'a' }).map(({ name }) => name)).toEqual(['a']);
  });

  it('show each signal of performance with its limit', () => {
    const evidence = {
      ...{ coverage: 0.9, accuracy: { accuracy: 0.5, baseline: 0.55, drop: 0.05, p_value: 0.2, level: 0.005 } },
      benchmark: { excess: 0.02, baseline: 0.01, margin: 0.03, cusum: 2, cusum_limit: 9.2, rows: 300, other: 1 },
    };
    const check = aTriggerEvaluation({ verdicts: [aVerdict({ trigger: 'performance_degradation', evidence })] });
    expect(checksOf([check], 'performance_degradation').map(performancePoint)[0]).toMatchObject({
      coverage: 0.9,
      signals: {
        accuracy: { accuracy: 0.5, baseline: 0.55 },
        benchmark: { excess: 0.02, baseline: 0.01, margin: 0.03, cusum: 2, cusum_limit: 9.2, rows: 300 },
        ...{ calibration: null, mae: null },
      },
    });
  });

  it('find a trigger also within another one', () => {
    const inner = { trigger: 'data_drift', verdict: 'fired', score: 0.5, reason: 'Moved.', evidence: { judged: 2 } };
    const outer = aVerdict({ trigger: 'any_of', evidence: { parts: [inner] } });
    const [check] = checksOf([aTriggerEvaluation({ verdicts: [outer] })], 'data_drift');
    expect(checkView(check!)).toMatchObject({ verdict: 'fired', score: 0.5, evidence: { judged: 2 } });
    expect(checksOf([aTriggerEvaluation({ verdicts: [outer] })], 'time_based')).toEqual([]);
  });
});
