import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

describe('deleting a version', () => {
  it('leaves its row, refuses its promotion, and says what keeps another one', async () => {
    const artifact_base64 = Buffer.from(artifactOf('coin', [0, 1])).toString('base64');
    const { version } = (await gateway.post('/models/coin/versions', { artifact_base64 })).body;
    expect((await gateway.get(`/models/coin/versions/${version}`)).body.deleted_at).toBeNull();

    expect((await gateway.get(`/models/coin/versions/${version}`)).body.in_use).toBeNull();
    expect((await gateway.get('/models/coin/versions/1')).body.in_use).toBe('is the champion');

    const gone = await gateway.delete(`/models/coin/versions/${version}`, { reason: 'wrong feed' });
    expect(gone).toMatchObject({ status: 200, body: { version, deleted_by: 'api', deleted_at: expect.any(String) } });
    const { body } = await gateway.delete(`/models/coin/versions/${version}`);
    expect(body.deleted_at).toBe(gone.body.deleted_at);
    expect((await gateway.get('/models/coin/versions')).body.items[0].deleted_at).toBe(gone.body.deleted_at);
    expect(await gateway.post('/models/coin/promote', { version })).toMatchObject({
      ...{ status: 409, body: { code: 'version_deleted' } },
    });
    expect(await gateway.delete('/models/coin/versions/1')).toMatchObject({
      ...{ status: 409, body: { code: 'version_in_use', detail: expect.stringContaining('is the champion') } },
    });
    const { items } = (await gateway.get('/events?model=coin&types=version.deleted')).body;
    expect(items).toMatchObject([{ payload: { version, reason: 'wrong feed' } }]);
  });

  it('of what does not exist, or with a body that means nothing, is a clear error', async () => {
    expect(await gateway.delete('/models/coin/versions/99')).toMatchObject({ status: 404 });
    expect((await gateway.delete('/models/coin/versions/x')).body.code).toBe('unknown_version');
    expect((await gateway.delete('/models/dice/versions/1')).status).toBe(404);
    expect((await gateway.delete('/models/coin/versions/1', { force: true })).status).toBe(400);
  });
});
