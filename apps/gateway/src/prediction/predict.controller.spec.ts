import { Predictions } from '@retrain/core';
import { gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('premier-league', [0.5, 0, 0.2]);
}, 30_000);

afterAll(() => gateway?.close());

const match = { home_team: 'Arsenal', away_team: 'Chelsea', date: '2016-08-20' };
const recorded = () => gateway.app.get(Predictions).countSince('premier-league', 0);

describe('POST /predict', () => {
  it('answers with the names of the contract, and has recorded the answer', async () => {
    const before = await recorded();
    const { status, body } = await gateway.post('/predict', match);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      home_team: 'Arsenal',
      away_team: 'Chelsea',
      predicted_result: 'Home Win',
      prediction_id: expect.any(String) as string,
      model: 'premier-league',
      model_version: 1,
      arm: 'champion',
      warnings: expect.any(Array) as string[],
    });
    const { home_win_probability: home, draw_probability: draw, away_win_probability: away } = body;
    expect(home + draw + away).toBeCloseTo(1, 5);
    expect(body.prediction_confidence).toBe(Math.max(home, draw, away));
    expect(await recorded()).toBe(before + 1);
    expect(await gateway.app.get(Predictions).find(body.prediction_id)).toMatchObject({
      version: 1,
      scores: [home, draw, away],
    });
  });

  it.each([
    ['an unknown team', { ...match, home_team: 'Arsenall' }, 422, 'home_team'],
    ['a team against itself', { ...match, away_team: 'Arsenal' }, 422, ''],
    ['negative odds', { ...match, home_odds: -1, draw_odds: 3, away_odds: 4 }, 400, 'home_odds'],
    ['odds that are no number', { ...match, home_odds: 'NaN', draw_odds: 3, away_odds: 4 }, 400, 'home_odds'],
    ['a missing team', { home_team: 'Arsenal' }, 400, 'away_team'],
    ['a team that is a number', { ...match, home_team: 7 }, 400, 'home_team'],
    ['a field that nobody knows', { ...match, colour: 'red' }, 400, 'colour'],
    ['a broken date', { ...match, date: '2016-13-40' }, 400, 'date'],
    ['a list', [match], 400, ''],
  ])('refuses %s with the reason', async (_, body, status, path) => {
    const before = await recorded();
    const answer = await gateway.post('/predict', body);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, type: expect.stringContaining('urn:retrain:problem:') as string });
    expect(answer.status).toBe(status);
    if (path) expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
    expect(answer.text).not.toMatch(/\bat .*\.(ts|js):\d+/);
    expect(await recorded()).toBe(before);
  });

  it('refuses no body at all', async () => {
    expect((await gateway.post('/predict')).status).toBe(400);
  });
});

describe.each(['/predict/bulk', '/predict/batch'])('POST %s', (url) => {
  it('answers each match and records all of them', async () => {
    const before = await recorded();
    const matches = [match, { ...match, home_team: 'Liverpool' }];
    const { status, body } = await gateway.post(url, { matches });
    expect(status).toBe(200);
    expect(body.predictions.map((one: { home_team: string }) => one.home_team)).toEqual(['Arsenal', 'Liverpool']);
    expect(await recorded()).toBe(before + 2);
  });

  it('tells every issue with its path, and predicts none', async () => {
    const before = await recorded();
    const matches = [match, { away_team: 'Chelsea' }, { ...match, home_team: 'Chelsea' }];
    const { status, body } = await gateway.post(url, { matches });
    expect(status).toBe(400);
    const paths = body.errors.map((error: { path: string }) => error.path);
    expect(paths).toContain('matches.1.home_team');
    expect(paths.some((path: string) => path.startsWith('matches.2'))).toBe(true);
    expect(await recorded()).toBe(before);
  });

  it('takes a thousand matches, not ten thousand', async () => {
    const { status, body } = await gateway.post(url, { matches: new Array(10_000).fill(match) });
    expect(status).toBe(413);
    expect(body).toMatchObject({ code: 'too_many_items', limit: 1_000, given: 10_000 });
    expect((await gateway.post(url, { matches: new Array(1_000).fill(match) })).status).toBe(200);
  }, 20_000);

  it.each([[{}], [{ matches: [] }], [{ matches: 'all' }], [{ matches: [match], more: 1 }]])(
    'refuses %j',
    async (body) => {
      expect((await gateway.post(url, body)).status).toBe(400);
    },
  );
});

describe('a body', () => {
  const raw = (payload: string, type = 'application/json') =>
    gateway.send('POST', '/predict', { 'content-type': type }, payload);

  it('of 50 MB is refused as too large', async () => {
    const answer = await raw(JSON.stringify({ ...match, colour: 'x'.repeat(50 * 1024 * 1024) }));
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ code: 'body_too_large', status: 413 });
  });

  it.each(['{"home_team": "Arsenal"', 'home_team=Arsenal', '{"home_odds": NaN}', '{"__proto__": {"a": 1}}'])(
    'that is not JSON is refused: %s',
    async (text) => {
      const answer = await raw(text);
      expect(answer.status).toBe(400);
      expect(answer.type).toContain('application/problem+json');
    },
  );

  it('of another media type is refused', async () => {
    expect((await raw('<match/>', 'text/xml')).status).toBe(415);
  });
});
