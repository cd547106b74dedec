import { createHash } from 'node:crypto';
import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

const people = ['ann', 'bob', 'eve'];
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const keys = people.map((name) => `{ name: ${name}, sha256: ${sha256(`key of ${name}`)} }`).join(', ');

let gateway: GatewayUnderTest;

beforeAll(async () => {
  const rules = 'deployment: { approvals: { quorum: 2, four_eyes: true } }';
  gateway = await gatewayUnderTest({ config: `${rules}\napi_keys: [${keys}]` });
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

const as = (person: string, url: string, body: object = {}) =>
  gateway.post(url, body, { 'x-api-key': `key of ${person}` });

async function proposed(): Promise<string> {
  const { version } = await gateway.register('coin', artifactOf('coin', [2, 0]));
  const answer = await as('ann', '/models/coin/promote', { version, reason: 'trained by hand' });
  expect(answer).toMatchObject({
    status: 202,
    body: { status: 'awaiting_approval', deployment: { quorum: 2, four_eyes: true, requested_by: 'key:ann' } },
  });
  expect(answer.body.message).toContain('waits for 2 approvals by people other than who asked for it');
  return `/models/coin/deployments/${answer.body.deployment.id}`;
}

describe('a promotion by hand where two people must agree', () => {
  it('waits, is not approved by who asked for it, and answers after the second approval', async () => {
    const url = await proposed();
    expect(await as('ann', `${url}/approve`)).toMatchObject({ status: 403, body: { code: 'self_approval' } });
    expect((await gateway.get('/models/coin')).body.champion.version).toBe(1);
    const first = await as('bob', `${url}/approve`, { reason: 'looked at it' });
    expect(first).toMatchObject({
      status: 200,
      body: { status: 'awaiting_approval', approvals: [{ actor: 'key:bob', reason: 'looked at it' }] },
    });
    expect(await as('bob', `${url}/approve`)).toMatchObject({ status: 409, body: { code: 'already_approved' } });
    const { text } = await gateway.get('/metrics');
    expect(text).toContain('retrain_approvals_pending{model="coin"} 1');
    expect(text).toMatch(/^retrain_approval_wait_seconds\{model="coin"\} \d/m);
    expect(text).toContain('retrain_approvals{model="coin"} 1');
    expect(text).toContain('retrain_deployments{model="coin",kind="promotion",state="awaiting_approval"} 1');
    expect(text).toContain('retrain_versions{model="coin",state="kept"} 2');
    expect(await as('eve', `${url}/approve`)).toMatchObject({ status: 200, body: { status: 'promoted' } });
    const { body } = await gateway.get('/models/coin');
    expect(body.champion.version).toBe(2);
    const at = (await gateway.get('/models/coin/at')).body;
    expect(at.deployment.approvals.map(({ actor }: { actor: string }) => actor)).toEqual(['key:bob', 'key:eve']);
    const { items } = (await gateway.get('/models/coin/deployments')).body;
    expect(items[0]).toMatchObject({ status: 'promoted', approvals: [{ actor: 'key:bob' }, { actor: 'key:eve' }] });
    const lineage = (await gateway.get('/models/coin/versions/2/lineage')).body;
    expect(lineage).toMatchObject({
      run_id: null,
      artifact: { version: 2 },
      approved: [
        { by: 'key:bob', reason: 'looked at it', evidence_hash: items[0].evidence_hash },
        { by: 'key:eve', artifact_sha256: items[0].artifact_sha256 },
      ],
      served: [{ alias: 'champion', until: null }],
    });
    expect((await gateway.get('/models/coin/versions/9/lineage')).status).toBe(404);
  });

  it('is turned down by one no', async () => {
    const url = await proposed();
    await as('bob', `${url}/approve`);
    expect((await as('eve', `${url}/reject`, { reason: 'no' })).body).toMatchObject({ status: 'rejected' });
    expect(await as('eve', `${url}/approve`)).toMatchObject({
      status: 409,
      body: { code: 'deployment_not_awaiting_approval' },
    });
  });

  it('is asked of the right model', async () => {
    const url = await proposed();
    const elsewhere = url.replace('coin', 'premier-league');
    expect(await as('bob', `${elsewhere}/approve`)).toMatchObject({
      status: 404,
      body: { code: 'unknown_deployment' },
    });
    expect((await gateway.get('/models/coin/deployments/none')).status).toBe(404);
  });

  it('cannot be made easier through the API', async () => {
    const patch = { deployment: { approvals: { quorum: 1, four_eyes: false } } };
    const refused = await as('ann', '/retraining/config', patch);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'deployment.approvals' }] } });
    const automatic = await as('ann', '/retraining/config', { enable_automatic_deployment: true });
    expect(automatic.status).toBe(400);
  });
});
