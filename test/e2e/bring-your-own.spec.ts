import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { System } from './system.js';

const example = (name: string) => join(import.meta.dirname, '../../examples', name, 'plugin.js');

/** Everything that the examples bring, and nothing of the reference model. */
const config = `
plugins: ['bike-rental', 'low-confidence', 'class-shares', 'append-file']
training_data_path: quickstart:bike-rental
training_data_until: 2023-07-01
min_days_between_retraining: 0
enable_automatic_deployment: true
evaluation: { min_rows: 200 }
notifications:
  - { use: append_file, on: ['*'], with: { path: notices.jsonl } }
models:
  bike-demand:
    model_path: models/bike-demand.onnx
    triggers:
      - { use: low_confidence, with: { confidence: 0.6, most: 0.4, min_rows: 40 } }
    gates: [minimum_score, class_shares, parity, { use: improvement, with: { mode: non_inferiority, delta: 0.2 } }]
  bike-rides:
    model_path: models/bike-rides.onnx
    trainers: [linear_regression]
    triggers: [performance_degradation]
    gates:
      - { use: minimum_score, with: { metric: r2, threshold: 0.3 } }
      - { use: improvement, with: { mode: non_inferiority, metric: mae, delta: 2 } }
      - parity
`.replace(/'([a-z]+-[a-z]+)'/g, (_, name: string) => `'${example(name)}'`);

interface Answered {
  readonly prediction_id: string;
  readonly model_version: number;
  readonly predicted: string | number;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<string, number | null>>;
}

interface Check {
  readonly decision: string;
  readonly run_id?: string;
  readonly verdicts: readonly { trigger: string; verdict: string; score: number; n: number; reason: string }[];
}

/** The days after the training data: `weather` says what they are like. */
function daysFrom(first: string, count: number, weather: { temperature: number; rain_mm: number }) {
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(Date.parse(first) + index * 86_400_000).toISOString().slice(0, 10);
    return { date, ...weather };
  });
}

describe('what others bring', () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start({ config });
    await system.ready();
  }, 120_000);

  afterAll(() => system?.stop(), 60_000);

  const ask = async (model: string, days: readonly object[]) => {
    const instances = days.map((input) => ({ input }));
    const { status, body } = await system.post<{ predictions: readonly Answered[] }>(`/models/${model}/predictions`, {
      instances,
    });
    return { status, predictions: body.predictions };
  };

  const live = (model: string) =>
    system.eventually(
      `${model} to answer`,
      async () => (await ask(model, [{ date: '2023-07-01', temperature: 20 }])).status === 200,
    );

  const tell = (model: string, days: readonly { date: string }[], answers: readonly Answered[], rides: number) =>
    system.post<{ recorded: number }>(`/models/${model}/outcomes`, {
      outcomes: days.map((day, index) => ({
        prediction_id: answers[index]!.prediction_id,
        record: { ...day, rides },
      })),
    });

  /** The temperature at which the champion is least sure. */
  const leastSure = async (date: string) => {
    const grid = Array.from({ length: 100 }, (_, index) => ({ date, temperature: index / 2 - 25, rain_mm: 0 }));
    const { predictions } = await ask('bike-demand', grid);
    const sure = predictions.map(({ probabilities }) => Math.max(...Object.values(probabilities)));
    return grid[sure.indexOf(Math.min(...sure))]!.temperature;
  };

  const check = async () => (await system.post<Check>('/retraining/check?model=bike-demand')).body;

  it('a model of classes is trained, judged by a custom gate, and answers', async () => {
    await live('bike-demand');
    const { predictions } = await ask('bike-demand', [
      { date: '2023-07-03', temperature: 30, rain_mm: 0 },
      { date: '2023-07-03', temperature: -5, rain_mm: 14 },
    ]);
    expect(predictions.map(({ predicted }) => predicted)).toEqual(['busy', 'quiet']);
    expect(predictions[0]!.features.usual_rides).toBeGreaterThan(30);
    const { body } = await system.get<{ items: readonly { id: string; status: string }[] }>(
      '/retraining/runs?model=bike-demand',
    );
    const run = await system.settled(body.items[0]!.id);
    expect(run.status).toBe('deployed');
    expect(JSON.stringify(run.result)).toContain('shares_match');
  }, 60_000);

  it('a model of numbers is trained, judged and answers the same way', async () => {
    await live('bike-rides');
    const [warm, cold] = (
      await ask('bike-rides', [
        { date: '2023-07-03', temperature: 30, rain_mm: 0 },
        { date: '2023-07-03', temperature: 5, rain_mm: 10 },
      ])
    ).predictions;
    // By the law of the data 25 degrees and 10 mm make 105 rides; part of it shows in the usual rides of a season.
    const difference = Number(warm!.predicted) - Number(cold!.predicted);
    expect(difference).toBeGreaterThan(50);
    expect(difference).toBeLessThan(125);
    expect(warm).not.toHaveProperty('probabilities');
    const days = daysFrom('2023-07-04', 5, { temperature: 20, rain_mm: 0 });
    const before = (await ask('bike-rides', days)).predictions;
    expect((await tell('bike-rides', days, before, 300)).body.recorded).toBe(5);
    const after = (await ask('bike-rides', days)).predictions;
    expect(after[0]!.features.usual_rides).toBeGreaterThan(before[0]!.features.usual_rides! + 50);
    expect(Number(after[0]!.predicted)).toBeGreaterThan(Number(before[0]!.predicted));
  }, 60_000);

  it('a request is refused in the words of the model', async () => {
    const { status, body } = await system.post<{ code: string; errors: readonly { path: string }[] }>(
      '/models/bike-demand/predictions',
      { instances: [{ input: { date: 'tomorrow', rain_mm: -1 } }] },
    );
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_day' });
    expect(body.errors.map(({ path }) => path)).toEqual(
      ['date', 'temperature', 'rain_mm'].map((field) => `instances.0.input.${field}`),
    );
    expect((await ask('bike-demand', [{ date: '2023-07-01', temperature: 99 }])).status).toBe(422);
  });

  it('a custom trigger stays clear, then fires and asks for a run, whose candidate is judged', async () => {
    const warm = daysFrom('2023-07-10', 50, { temperature: 31, rain_mm: 0 });
    const sure = (await ask('bike-demand', warm)).predictions;
    await tell('bike-demand', warm, sure, 140);
    const calm = await check();
    expect(calm).toMatchObject({ decision: 'no_trigger', verdicts: [{ trigger: 'low_confidence', verdict: 'clear' }] });
    expect(calm.verdicts[0]!.n).toBe(50);

    const hard = daysFrom('2023-09-01', 100, { temperature: await leastSure('2023-09-01'), rain_mm: 0 });
    const unsure = (await ask('bike-demand', hard)).predictions;
    await tell('bike-demand', hard, unsure, 70);
    const alarmed = await check();
    expect(alarmed).toMatchObject({
      decision: 'run_requested',
      verdicts: [{ trigger: 'low_confidence', verdict: 'fired', n: 150 }],
    });
    const run = await system.settled(alarmed.run_id!);
    expect(run).toMatchObject({ status: expect.stringMatching(/deployed|rejected/), failure: null });
    expect(run.candidate_version).toBe(2);
    expect(JSON.stringify(run.result)).toContain('class_shares');
  }, 60_000);

  it('a custom notifier has heard of all that', async () => {
    const file = join(system.home, 'notices.jsonl');
    const heard = () =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string });
    const types = () => (existsSync(file) ? heard() : []).map(({ type }) => type);
    await system.eventually('the notice of the alarm', async () => types().includes('trigger.fired'), 15);
    expect(types()).toEqual(expect.arrayContaining(['run.requested', 'candidate.accepted', 'deployment.promoted']));
  }, 30_000);
});
