import { gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';
import { isDeeperThan } from './body-limits.js';

const json = { 'content-type': 'application/json' };
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('the depth of a body', () => {
  it('counts arrays and objects in each other', () => {
    expect(isDeeperThan(1, 0)).toBe(false);
    expect(isDeeperThan({ a: [1] }, 2)).toBe(false);
    expect(isDeeperThan({ a: [[1]] }, 2)).toBe(true);
    expect(isDeeperThan(JSON.parse(nested(200_000)), 64)).toBe(true);
  });
});

describe('a body that would exhaust the gateway', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await gatewayUnderTest();
    await gateway.promote('premier-league', [0, 0, 0]);
  }, 30_000);

  afterAll(() => gateway?.close());

  it.each([
    ['/predict', nested(100_000)],
    ['/predict', `{"home_team": ${nested(50_000)}, "away_team": "Chelsea"}`],
    ['/retraining/config', `{"models": ${nested(50_000)}}`],
    ['/retraining/trigger', `{"reason": ${nested(50_000)}}`],
    ['/models/premier-league/outcomes', `{"outcomes": [{"key": "k", "outcome": ${nested(50_000)}}]}`],
  ])('is refused when it is nested without end: %s', async (path, body) => {
    expect(await gateway.send('POST', path, json, body)).toMatchObject({ status: 400, body: { code: 'too_deep' } });
  });

  it('is refused as raw bytes where no file is taken', async () => {
    const bytes = { 'content-type': 'Application/Octet-Stream' };
    for (const path of ['/predict', '/retraining/config', '/models/premier-league/predictions']) {
      const answer = await gateway.send('POST', path, bytes, new Uint8Array(20_000_000));
      expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    }
    const file = await gateway.send('POST', '/models/premier-league/versions', bytes, new Uint8Array(1000));
    expect(file).toMatchObject({ status: 400, body: { code: 'invalid_artifact' } });
  });

  it('is answered shortly, however much of it is wrong', async () => {
    const keys = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 1]));
    const long = { ['x'.repeat(500_000)]: 1 };
    for (const path of ['/predict', '/retraining/config']) {
      for (const body of [keys, long]) {
        const answer = await gateway.post(path, body);
        expect(answer.status).toBe(400);
        expect(answer.text.length).toBeLessThan(150_000);
      }
    }
    const outcome = await gateway.post('/models/premier-league/outcomes', {
      outcomes: [{ key: 'k', outcome: 'y'.repeat(500_000) }],
    });
    expect(outcome).toMatchObject({ status: 200, body: { results: [{ status: 'invalid' }] } });
    expect(outcome.text.length).toBeLessThan(10_000);
  }, 20_000);
});
