import type { BenchmarkBaseline } from '../metric/excess-log-loss.js';
import type { MaturedPrediction } from '../prediction/prediction.js';
import type { JsonObject } from '../shared/json.js';
import { aConfig, aModelVersion, aPrediction } from '../testing/index.js';
import { performanceDegradation } from './performance.js';
import type { TriggerContext } from './trigger-definition.js';

const time = new Date('2024-01-01T00:00:00Z');
const promised: BenchmarkBaseline = { rows: 760, excess: 0.005, deviation: 0.11 };

/** `rows` answers [home, away]; the market gave home `market` and home won in `wins` of ten, evenly spread. */
const answers = (rows: number, home: number, market: number | undefined, wins: number): MaturedPrediction[] =>
  Array.from({ length: rows }, (_, row) => ({
    prediction: { ...aPrediction({ scores: [home, 1 - home] }), seq: row + 1, recordedAt: time },
    outcome: Math.floor(((row + 1) * wins) / 10) > Math.floor((row * wins) / 10) ? 'home' : 'away',
    observedAt: time,
    ...(market === undefined ? {} : { benchmark: [market, 1 - market] }),
  }));

function check(
  rows: readonly MaturedPrediction[],
  options: JsonObject = {},
  benchmark: BenchmarkBaseline | 'none' = promised,
) {
  const evaluation = {
    rows: 760,
    metrics: { accuracy: 0.6, log_loss: 0.65 },
    ...(benchmark === 'none' ? {} : { benchmark }),
  };
  const context: Partial<TriggerContext> = {
    definition: {
      name: 'coin',
      task: { kind: 'classification', classes: ['home', 'away'], ordered: true },
      schema: { features: [{ name: 'gap', kind: 'numeric', drift: true }] },
    },
    config: aConfig(),
    champion: { ...aModelVersion({ evaluation }), id: 'v1', version: 1, createdAt: time },
    matured: () => Promise.resolve(rows),
    coverage: () => Promise.resolve({ predictions: rows.length, matured: rows.length }),
  };
  const given = context as TriggerContext;
  return Promise.resolve(performanceDegradation.evaluate(given, performanceDegradation.parseOptions(options)));
}

describe('performance beside a benchmark', () => {
  it('fires before min_new_predictions when the benchmark foresaw what the model did not', async () => {
    const verdict = await check(answers(20, 0.2, 0.8, 8));
    expect(verdict).toMatchObject({ verdict: 'fired', n: 20, evidence: { fired: ['benchmark'] } });
    expect(verdict.reason).toMatch(/above the benchmark's on 20 rows.*the benchmark foresaw/);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  it('is never clear before min_new_predictions', async () => {
    expect(await check(answers(60, 0.6, 0.6, 6))).toMatchObject({ verdict: 'insufficient_data', n: 60 });
  });

  it('does not mind a hard time that was as hard for the benchmark', async () => {
    const verdict = await check(answers(120, 0.6, 0.6, 5));
    expect(verdict).toMatchObject({ verdict: 'clear', evidence: { benchmark: { rows: 120, cusum: 0 } } });
  });

  it('shows the benchmark without judging when the champion was not evaluated beside one', async () => {
    const verdict = await check(answers(120, 0.2, 0.8, 8), { calibration: 'off' }, 'none');
    expect(verdict.evidence).toMatchObject({ fired: ['accuracy'], benchmark: { rows: 120 } });
    expect(await check(answers(20, 0.2, 0.8, 8), {}, 'none')).toMatchObject({ verdict: 'insufficient_data' });
  });

  it('has nothing to say where no row carries a benchmark, or where it is switched off', async () => {
    expect((await check(answers(120, 0.6, undefined, 6))).evidence).not.toHaveProperty('benchmark');
    expect(await check(answers(20, 0.2, 0.8, 8), { benchmark: 'off' })).toMatchObject({ verdict: 'insufficient_data' });
  });

  it('takes a tighter budget of false alarms and a wider margin', async () => {
    const rows = answers(6, 0.4, 0.6, 8);
    expect(await check(rows, { false_alarm_rows: 20 })).toMatchObject({ verdict: 'fired' });
    expect(await check(rows, { false_alarm_rows: 1e9 })).toMatchObject({ verdict: 'insufficient_data' });
    expect(await check(rows, { false_alarm_rows: 20, benchmark_margin: 1 })).toMatchObject({
      verdict: 'insufficient_data',
    });
  });
});
