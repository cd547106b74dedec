import { Predictions } from '@retrain/core';
import { BreakableLink } from '@retrain/infra/testing';
import { gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
let link: BreakableLink;

beforeAll(async () => {
  gateway = await gatewayUnderTest({
    link: async (url) => {
      link = await BreakableLink.to(url);
      return link.url;
    },
  });
  await gateway.promote('premier-league', [0.5, 0, 0.2]);
}, 30_000);

afterAll(async () => {
  link?.mend();
  await gateway?.close();
  await link?.close();
});

const ask = () => gateway.post('/predict', { home_team: 'Arsenal', away_team: 'Chelsea' });

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await what()); tries++) {
    if (tries > 100) throw new Error(`It never came true: ${(await gateway.get('/health/ready')).text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('while the database is away', () => {
  it('answers go on, on the local disk; what needs the database is refused; then all of it is recorded', async () => {
    const answered = [(await ask()).body.prediction_id as string];
    link.cut();
    await until(async () => (await gateway.get('/health/ready')).body.checks.database !== 'ok');
    expect((await gateway.get('/health/live')).status).toBe(200);
    for (let asked = 0; asked < 5; asked++) {
      const { status, body } = await ask();
      expect({ status, version: body.model_version }).toEqual({ status: 200, version: 1 });
      answered.push(body.prediction_id as string);
    }
    const degraded = await gateway.get('/health/ready');
    expect(degraded).toMatchObject({ status: 200, body: { ready: true, degraded: true } });
    expect(degraded.body.checks.spool).toMatch(/^5 recorded answers wait on the local disk/);
    expect((await gateway.get('/health')).body.status).toBe('degraded');
    expect((await gateway.get('/metrics')).text).toMatch(/^retrain_spooled_predictions 5$/m);
    const refused = await gateway.get('/retraining/status');
    expect(refused).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    expect(refused.headers.get('retry-after')).toBeTruthy();
    expect((await gateway.post('/retraining/trigger', { force: true })).status).toBe(503);
    const outcome = { outcomes: [{ prediction_id: answered[1], outcome: 'Home Win' }] };
    expect((await gateway.post('/models/premier-league/outcomes', outcome)).status).toBe(503);

    link.mend();
    await until(async () => (await gateway.post('/models/premier-league/outcomes', outcome)).status === 200);
    await until(async () => (await gateway.get('/health/ready')).body.degraded === false);
    answered.push((await ask()).body.prediction_id as string);
    const predictions = gateway.app.get(Predictions);
    expect(await predictions.withIds('premier-league', answered)).toHaveLength(7);
    expect(await predictions.countSince('premier-league', 0)).toBe(7);
  }, 60_000);

  it('every answer that was given in the storm is recorded', async () => {
    const answered: string[] = [];
    let asking = true;
    const clients = Array.from({ length: 4 }, async () => {
      while (asking) {
        const { status, body } = await ask();
        expect(status).toBe(200);
        answered.push(body.prediction_id as string);
      }
    });
    for (let storm = 0; storm < 3; storm++) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      link.cut();
      await new Promise((resolve) => setTimeout(resolve, 100));
      link.mend();
    }
    await until(async () => (await gateway.get('/health/ready')).body.degraded === false);
    asking = false;
    await Promise.all(clients);
    expect(answered.length).toBeGreaterThan(0);
    const stored = await gateway.app.get(Predictions).withIds('premier-league', answered);
    expect(new Set(stored.map(({ id }) => id)).size).toBe(new Set(answered).size);
  }, 60_000);
});
