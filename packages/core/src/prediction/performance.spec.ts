import { PerformanceService } from './performance.service.js';
import { aPrediction, anOutcome, servingCoin } from '../testing/index.js';

const at = (day: string) => new Date(`${day}T15:00:00Z`);

describe('performance of what was answered', () => {
  it('is told in all, by version and by calendar week, for answers whose outcome is known', async () => {
    const { models, plugins, predictions, records, promote } = await servingCoin();
    await promote([1, 0]);
    // 2024-01-01 is a Monday.
    const answers = [
      { day: '2024-01-01', version: 1, scores: [0.75, 0.25], outcome: 'heads' },
      { day: '2024-01-07', version: 1, scores: [0.75, 0.25], outcome: 'tails' },
      { day: '2024-01-08', version: 2, scores: [0.25, 0.75], outcome: 'tails' },
      { day: '2024-01-09', version: 2, scores: [0.25, 0.75], outcome: undefined },
    ];
    for (const { day, version, scores, outcome } of answers) {
      const prediction = aPrediction({ version, scores, occurredAt: at(day) });
      await predictions.insert([prediction]);
      if (outcome) await predictions.recordOutcomes([anOutcome(prediction.id, { outcome, observedAt: at(day) })]);
    }
    const service = new PerformanceService(models, plugins, predictions, records);
    const told = await service.execute({ model: 'coin', days: 7, limit: 100 });
    expect(told.coverage).toEqual({ predictions: 4, matured: 3 });
    expect(told.overall.n).toBe(3);
    expect(told.overall.metrics.accuracy).toBeCloseTo(2 / 3, 12);
    expect(told.overall.metrics.log_loss).toBeCloseTo(-(2 * Math.log(0.75) + Math.log(0.25)) / 3, 12);
    expect(told.versions.map(({ version, n, metrics }) => [version, n, metrics.accuracy])).toEqual([
      [1, 2, 0.5],
      [2, 1, 1],
    ]);
    expect(told.periods.map(({ from, n }) => [from.toISOString().slice(0, 10), n])).toEqual([
      ['2024-01-01', 2],
      ['2024-01-08', 1],
    ]);
    expect(told.baseline).toMatchObject({ rows: 200 });

    const past = await service.execute({ model: 'coin', days: 7, limit: 100, asOf: at('2024-01-07') });
    expect(past.overall.n).toBe(2);
  });

  it('has no figures where nothing has matured', async () => {
    const { models, plugins, predictions, records } = await servingCoin();
    const told = await new PerformanceService(models, plugins, predictions, records).execute({
      model: 'coin',
      days: 7,
      limit: 9,
    });
    expect(told).toMatchObject({ overall: { n: 0, metrics: {} }, versions: [], periods: [] });
  });
});
