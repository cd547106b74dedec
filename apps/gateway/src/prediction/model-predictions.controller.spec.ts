import { ChampionHolder, EventLog, Predictions, Records } from '@retrain/core';
import { gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

const asked = async (key: string, occurred_at = '2024-06-01') => {
  const instances = [{ key, input: { tilt: 0.5 }, occurred_at }];
  const { body } = await gateway.post('/models/coin/predictions', { instances });
  return body.predictions[0].prediction_id as string;
};
const tell = (...outcomes: object[]) => gateway.post('/models/coin/outcomes', { outcomes });

describe('POST /models/{model}/predictions', () => {
  it('answers input and features alike, with scores, classes and version', async () => {
    const instances = [
      { key: 'a', input: { tilt: 0.5 }, occurred_at: '2024-06-01T10:00:00Z' },
      { features: { tilt: 0.5, run: 3 } },
      { features: [0.5, null] },
    ];
    const { status, body } = await gateway.post('/models/coin/predictions', { instances });
    expect(status).toBe(200);
    expect(body.predictions).toHaveLength(3);
    expect(body.predictions[0]).toMatchObject({
      model: 'coin',
      model_version: 1,
      arm: 'champion',
      key: 'a',
      occurred_at: '2024-06-01T10:00:00.000Z',
      predicted: 'heads',
      features: { tilt: 0.5 },
    });
    expect(body.predictions[0].probabilities.heads).toBeCloseTo(1 / (1 + Math.exp(-1)), 5);
    expect(body.predictions[2].features).toEqual({ tilt: 0.5, run: null });
  });

  it.each([
    ['neither input nor features', { key: 'a' }, 'instances.0'],
    ['both of them', { input: {}, features: [1, 2] }, 'instances.0'],
    ['features of the wrong width', { features: [1] }, 'instances.0.features'],
    ['a feature that is text', { features: { tilt: '1' } }, 'instances.0.features.tilt'],
    ['input of the wrong type', { input: { tilt: 'much' } }, 'instances.0.input.tilt'],
    ['a broken time', { input: {}, occurred_at: 'soon' }, 'instances.0.occurred_at'],
    ['a field that nobody knows', { input: {}, colour: 'red' }, 'instances.0.colour'],
  ])('refuses %s', async (_, instance, path) => {
    const { status, body } = await gateway.post('/models/coin/predictions', { instances: [instance] });
    expect(status).toBe(400);
    expect(body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it('says 422 for what cannot be, 404 for an unknown model, 503 for one without a champion', async () => {
    const impossible = { instances: [{ input: { tilt: 1_000 } }] };
    expect((await gateway.post('/models/coin/predictions', impossible)).status).toBe(422);
    const unknown = await gateway.post('/models/coins/predictions', impossible);
    expect(unknown).toMatchObject({
      status: 404,
      body: { code: 'unknown_model', detail: expect.stringContaining('"coin"') as string },
    });
    const silent = await gateway.post('/predict', { home_team: 'Arsenal', away_team: 'Chelsea' });
    expect(silent).toMatchObject({ status: 503, body: { code: 'no_champion' } });
  });

  it('answers from the new champion after a promotion, without a restart', async () => {
    const ask = async () => {
      const { body } = await gateway.post('/models/coin/predictions', { instances: [{ features: [0, 0] }] });
      return body.predictions[0] as { model_version: number; scores: number[] };
    };
    const before = await ask();
    const next = await gateway.promote('coin', [2, 0]);
    const after = await ask();
    expect(after.model_version).toBe(next.version);
    expect(after.scores).not.toEqual(before.scores);
    await gateway.appoint('coin', before.model_version);
    await gateway.app.get(ChampionHolder).refresh('coin');
    expect((await ask()).scores).toEqual(before.scores);
  });
});

describe('POST /models/{model}/outcomes', () => {
  it('records, repeats and corrects', async () => {
    const id = await asked('toss-1');
    expect(await tell({ prediction_id: id, outcome: 'heads' })).toMatchObject({
      status: 200,
      body: { recorded: 1, results: [{ index: 0, status: 'recorded', prediction_ids: [id] }] },
    });
    expect((await tell({ prediction_id: id, outcome: 'heads' })).body).toMatchObject({ unchanged: 1 });
    expect((await tell({ key: 'toss-1', outcome: 'tails' })).body).toMatchObject({ corrected: 1 });
    expect(await gateway.app.get(Predictions).outcomesOf([id])).toMatchObject([{ outcome: 'tails', revision: 2 }]);
    const [event] = await gateway.app.get(EventLog).before(undefined, 1, { types: ['prediction.outcome_corrected'] });
    expect(event).toMatchObject({
      model: 'coin',
      actor: 'api',
      payload: { predictionId: id, from: 'heads', to: 'tails' },
    });
  });

  it('adds the full row to the training data, and the next answer knows it', async () => {
    const runOf = async () => {
      const { body } = await gateway.post('/models/coin/predictions', { instances: [{ input: { tilt: 0 } }] });
      return body.predictions[0].features.run as number;
    };
    const before = await runOf();
    const record = { id: 'toss-2', at: '2024-06-02T00:00:00Z', tilt: 1, side: 'heads' };
    await asked('toss-2', '2024-06-02');
    const told = await tell({ record, observed_at: '2024-06-02T23:59:59Z' });
    expect(told.body.results[0]).toMatchObject({ status: 'recorded', record_changed: true });
    expect(await gateway.app.get(Records).count('coin')).toBe(1);
    expect(await runOf()).toBe(before + 1);
  });

  it('gives each item its own status and reason', async () => {
    const id = await asked('toss-3');
    const { status, body } = await tell(
      { prediction_id: id, outcome: 'edge' },
      { prediction_id: '00000000-0000-4000-8000-000000000099', outcome: 'heads' },
      { prediction_id: 'not-even-an-id', outcome: 'heads' },
      { prediction_id: id, outcome: 'heads', observed_at: '2024-05-31' },
      { prediction_id: id, outcome: 'heads', observed_at: '2024-06-01T20:00:00Z' },
    );
    expect(status).toBe(200);
    const results = body.results as { status: string; reason?: string }[];
    expect(results.map((result) => result.status)).toEqual([
      'invalid',
      'unknown_prediction',
      'unknown_prediction',
      'invalid',
      'recorded',
    ]);
    expect(results[0]!.reason).toContain('"heads", "tails"');
    expect(results[3]!.reason).toContain('proves nothing');
    expect(body).toMatchObject({ recorded: 1, unknown_prediction: 2, invalid: 2 });
  });

  it.each([
    ['no list', {}],
    ['an empty list', { outcomes: [] }],
    ['an outcome of the wrong type', { outcomes: [{ key: 'a', outcome: { side: 'heads' } }] }],
    ['a broken time', { outcomes: [{ key: 'a', outcome: 'heads', observed_at: 'yesterday' }] }],
    ['a field that nobody knows', { outcomes: [{ key: 'a', outcome: 'heads', note: 'x' }] }],
  ])('refuses %s', async (_, body) => {
    expect((await gateway.post('/models/coin/outcomes', body)).status).toBe(400);
  });

  it('refuses ten thousand at once', async () => {
    const outcomes = new Array(10_000).fill({ key: 'a', outcome: 'heads' });
    expect((await gateway.post('/models/coin/outcomes', { outcomes })).status).toBe(413);
  });
});
