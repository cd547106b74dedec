import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
let beside: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  beside = await gateway.beside();
  await gateway.promote('coin', [1, 0]);
}, 60_000);

afterAll(async () => {
  await beside?.close();
  await gateway?.close();
});

const ask = async (of: GatewayUnderTest, keys: readonly string[]) => {
  const instances = keys.map((key) => ({ key, input: { tilt: 0 } }));
  expect((await of.post('/models/coin/predictions', { instances })).status).toBe(200);
};

/** Until both gateways answer by the version. */
async function answeredBy(version: number): Promise<void> {
  const started = performance.now();
  for (;;) {
    const answers = await Promise.all([gateway, beside].map((of) => of.post('/models/coin/predictions', one)));
    const versions = answers.map(({ body }) => body.predictions[0].model_version as number);
    if (versions.every((answered) => answered === version)) return;
    if (performance.now() - started > 15_000) throw new Error(`They go on answering by ${versions.join(' and ')}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const one = { instances: [{ input: { tilt: 0 } }] };

describe('a champion on probation', () => {
  it('is taken back by one check after its outcomes turned bad; the old version answers at every gateway', async () => {
    const artifact_base64 = Buffer.from(artifactOf('coin', [-3, 0])).toString('base64');
    const { version } = (await gateway.post('/models/coin/versions', { artifact_base64 })).body as { version: number };
    expect((await gateway.post('/models/coin/promote', { version })).status).toBe(200);
    await answeredBy(version);

    const keys = Array.from({ length: 30 }, (_, index) => `toss-${index}`);
    await ask(gateway, keys.slice(0, 15));
    await ask(beside, keys.slice(15));
    const outcomes = keys.map((key, index) => ({
      key,
      outcome: index % 4 === 0 ? 'tails' : 'heads',
      observed_at: new Date().toISOString(),
    }));
    expect((await gateway.post('/models/coin/outcomes', { outcomes })).status).toBe(200);

    expect((await gateway.post('/retraining/check?model=coin', {})).status).toBe(200);
    await answeredBy(1);

    const { items } = (await gateway.get('/models/coin/probations')).body;
    expect(items).toMatchObject([{ version, previous_version: 1, status: 'rolled_back', outcomes: 30, needed: 200 }]);
    expect(items[0].evidence.worse_than_before).toMatchObject({ alarm: true, pairs: 30 });
    const moved = (await gateway.get('/models/coin/deployments')).body.items[0];
    expect(moved).toMatchObject({ kind: 'rollback', version: 1, requested_by: 'system' });
    expect((await gateway.get(`/models/coin/versions/${version}`)).body.quarantine.state).toBe('quarantined');
    expect((await gateway.post('/models/coin/promote', { version })).body.code).toBe('version_quarantined');
  }, 60_000);
});
