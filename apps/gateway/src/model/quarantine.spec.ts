import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

/** Registers an artifact of somebody else's and lets it answer. */
async function second(): Promise<number> {
  const artifact_base64 = Buffer.from(artifactOf('coin', [0, 1])).toString('base64');
  const { body } = await gateway.post('/models/coin/versions', { artifact_base64 });
  expect((await gateway.post('/models/coin/promote', { version: body.version })).status).toBe(200);
  return body.version as number;
}

describe('quarantine', () => {
  it('begins with a roll-back that asks for it, refuses a promotion with the way out, and ends by a release', async () => {
    const version = await second();
    const left = await gateway.post('/models/coin/rollback', { reason: 'complaints', quarantine: true });
    expect(left).toMatchObject({ status: 200, body: { version: 1, previous_version: version } });
    const shown = { version, state: 'quarantined', by: 'api', reason: 'complaints', release: null };
    expect((await gateway.get(`/models/coin/versions/${version}`)).body.quarantine).toMatchObject(shown);
    expect((await gateway.get('/models/coin/versions')).body.items[0].quarantine).toMatchObject(shown);
    expect((await gateway.get('/models/coin/quarantines')).body.items).toMatchObject([shown]);
    expect((await gateway.get('/models/coin/versions/1')).body.quarantine).toBeNull();

    const refused = await gateway.post('/models/coin/promote', { version });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'version_quarantined', detail: expect.stringContaining(`retrain models release ${version}`) },
    });

    const released = await gateway.post(`/models/coin/versions/${version}/release`, { reason: 'the feed was broken' });
    expect(released).toMatchObject({ status: 200, body: { state: 'released', release: { by: 'api' } } });
    expect((await gateway.post(`/models/coin/versions/${version}/release`, {})).body.code).toBe('not_quarantined');
    expect((await gateway.post('/models/coin/promote', { version })).status).toBe(200);
    const { body } = await gateway.get('/events?model=coin&types=version.quarantined,version.released');
    expect(body.items.map(({ type }: { type: string }) => type).sort()).toEqual([
      'version.quarantined',
      'version.released',
    ]);
  });

  it('of what does not exist is a clear error', async () => {
    expect((await gateway.post('/models/coin/versions/99/release', {})).body.code).toBe('unknown_version');
    expect((await gateway.post('/models/coin/versions/x/release', {})).body.code).toBe('unknown_version');
    expect((await gateway.post('/models/dice/versions/1/release', {})).status).toBe(404);
  });
});
