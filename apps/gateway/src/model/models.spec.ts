import { ChampionHolder, Models, Predictions } from '@retrain/core';
import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('premier-league', [0.5, 0, 0.2]);
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

const settle = async (model: string, version: number) => {
  for (let tries = 0; tries < 50; tries++) {
    if ((await gateway.get(`/model/info?model=${model}`)).body.model_version === version) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Version ${version} of ${model} never answered.`);
};

describe('the champion in memory', () => {
  it('tells what it is', async () => {
    const { status, body } = await gateway.get('/model/info');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      model: 'premier-league',
      definition: 'premier-league',
      model_version: 1,
      classes: ['H', 'D', 'A'],
      artifact: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      state: { records: expect.any(Number) as number, last_record_at: expect.stringMatching(/^2016-05/) as string },
    });
    expect(body.features.length).toBeGreaterThan(10);
  });

  it('tells the teams that its state knows, sorted', async () => {
    const { body } = await gateway.get('/teams');
    expect(body.teams).toContain('Arsenal');
    expect(body.teams).toEqual([...(body.teams as string[])].sort());
    expect(body.count).toBe(body.teams.length);
    expect((await gateway.get('/teams?model=coin')).body).toMatchObject({ status: 404, code: 'no_teams' });
  });
});

describe('the registry', () => {
  it('lists the default model first', async () => {
    const { body } = await gateway.get('/models');
    expect(body.items.map((item: { name: string }) => item.name)).toEqual(['premier-league', 'coin']);
    expect(body.items[1]).toMatchObject({ definition: 'coin', champion: { version: 1 } });
  });

  it('knows one version with its lineage, and no other', async () => {
    const { body } = await gateway.get('/models/coin/versions/1');
    expect(body).toMatchObject({ version: 1, lineage: { seed: 42, training_rows: 200 }, feature_profile: null });
    for (const number of ['2000', '0', '-1', 'x', '1.5']) {
      expect((await gateway.get(`/models/coin/versions/${number}`)).body).toMatchObject({
        status: 404,
        code: 'unknown_version',
      });
    }
  });

  it('answers who served when', async () => {
    expect((await gateway.get('/models/coin/at')).body).toMatchObject({ version: 1, actor: 'system', reason: 'spec' });
    expect((await gateway.get('/models/coin/at?time=2001-01-01')).body).toMatchObject({
      status: 404,
      code: 'no_champion',
    });
    expect((await gateway.get('/models/coin/at?as_of=2001-01-01T00:00:00Z')).status).toBe(404);
    expect((await gateway.get('/models/coin/at?time=2001-01-01&as_of=2001-01-01')).status).toBe(400);
    expect((await gateway.get('/models/coin/at?time=then')).status).toBe(400);
    expect((await gateway.get('/models/dice/at')).body).toMatchObject({ status: 404, code: 'unknown_model' });
  });
});

describe('a model trained elsewhere', () => {
  const onnx = artifactOf('coin', [2, 0]);
  const base64 = Buffer.from(onnx).toString('base64');

  it('is registered as JSON, answers when it is promoted, and is left by a roll-back', async () => {
    const { status, body } = await gateway.post('/models/coin/versions', { artifact_base64: base64, training_rows: 5 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ version: 2, lineage: { recipe: { use: 'external' }, training_rows: 5 } });
    expect((await gateway.get('/models/coin')).body.champion.version).toBe(1);
    const promoted = await gateway.post('/models/coin/promote', { version: 2, reason: 'mine' });
    expect(promoted).toMatchObject({ status: 200, body: { version: 2, previous_version: 1 } });
    await settle('coin', 2);
    for (const move of [{ version: 1 }, {}]) {
      const path = `/models/coin/${'version' in move ? 'promote' : 'rollback'}`;
      const refused = await gateway.post(path, { ...move, as_of: '2100-01-01T00:00:00Z' });
      expect(refused).toMatchObject({ status: 400, body: { code: 'as_of_in_future', errors: [{ path: 'as_of' }] } });
    }
    const rolledBack = await gateway.post('/models/coin/rollback', { reason: 'worse' });
    expect(rolledBack).toMatchObject({ status: 200, body: { version: 1, previous_version: 2 } });
    await settle('coin', 1);
    const { items } = (await gateway.get('/models/coin/deployments')).body;
    expect(items[0]).toMatchObject({ kind: 'rollback', version: 1 });
  });

  it('is registered as bytes', async () => {
    const type = { 'content-type': 'application/octet-stream' };
    const { status, body } = await gateway.send('POST', '/models/coin/versions?training_rows=7', type, onnx.slice());
    expect(status).toBe(201);
    expect(body).toMatchObject({ lineage: { training_rows: 7 }, artifact: { bytes: onnx.length } });
  });

  it.each([
    ['bytes that are no ONNX', () => ({ artifact_base64: Buffer.from('not onnx').toString('base64') })],
    ['half a file', () => ({ artifact_base64: Buffer.from(onnx.slice(0, onnx.length / 2)).toString('base64') })],
    [
      'a model of other features',
      () => ({ artifact_base64: Buffer.from(artifactOf('premier-league', [0, 0, 0])).toString('base64') }),
    ],
    ['what is not base64', () => ({ artifact_base64: '§§§' })],
    ['no artifact', () => ({})],
  ])('is refused: %s', async (_, body) => {
    const before = (await gateway.get('/models/coin/versions')).body.items.length as number;
    const answer = await gateway.post('/models/coin/versions', body());
    expect([400, 422]).toContain(answer.status);
    expect(answer.type).toContain('problem+json');
    expect((await gateway.get('/models/coin/versions')).body.items).toHaveLength(before);
  });

  it('cannot be promoted when it does not exist', async () => {
    expect((await gateway.post('/models/coin/promote', { version: 99 })).status).toBe(404);
    expect((await gateway.post('/models/coin/promote', {})).status).toBe(400);
    expect((await gateway.post('/models/coin/promote', { version: 1, strategy: 'sudden' })).status).toBe(400);
  });
});

describe('performance', () => {
  it('is what was answered against what happened', async () => {
    const instances = ['2024-01-01', '2024-01-09'].map((occurred_at, n) => ({
      key: `p${n}`,
      input: { tilt: 0 },
      occurred_at,
    }));
    await gateway.post('/models/coin/predictions', { instances });
    const outcomes = [
      { key: 'p0', outcome: 'heads' },
      { key: 'p1', outcome: 'tails' },
    ];
    await gateway.post('/models/coin/outcomes', { outcomes });
    const { body } = await gateway.get('/models/coin/performance');
    expect(body).toMatchObject({
      coverage: { predictions: 2, matured: 2 },
      overall: { n: 2, metrics: { accuracy: 0.5 } },
      series: [
        { from: '2024-01-01T00:00:00.000Z', n: 1, metrics: { accuracy: 1 } },
        { from: '2024-01-08T00:00:00.000Z', n: 1, metrics: { accuracy: 0 } },
      ],
    });
    expect(body).toMatchObject({
      series: [
        { predictions: 1, benchmark: null },
        { predictions: 1, benchmark: null },
      ],
    });
    expect(body).toHaveProperty('latest');
    expect(body).toHaveProperty('checks');
    expect(await gateway.app.get(Predictions).countSince('coin', 0)).toBe(2);
    expect((await gateway.get('/models/coin/performance?days=0')).status).toBe(400);
  });
});

describe('a champion that nobody has decided on', () => {
  it('does not answer: the one before does, and readiness says what was edited', async () => {
    const { version } = await gateway.register('coin', artifactOf('coin', [3, 0]));
    const { version: serving } = (await gateway.get('/models/coin')).body.champion as { version: number };
    const alias = (await gateway.app.get(Models).alias('coin', 'champion'))!;
    await gateway.app.get(Models).moveAlias({
      ...{ model: 'coin', alias: 'champion', version, expectedRevision: alias.revision },
      ...{ actor: 'nobody', reason: 'forged', asOf: new Date() },
    });
    await gateway.app.get(ChampionHolder).refresh('coin');
    const { status, body } = await gateway.get('/health/ready');
    expect(status).toBe(200);
    expect(body.models.coin).toMatchObject({ ready: true, version: serving });
    expect(body.models.coin.problems[0]).toContain('Rows of the registry were edited: Move');
    expect((await gateway.get('/model/info?model=coin')).body.model_version).toBe(serving);
  });
});
