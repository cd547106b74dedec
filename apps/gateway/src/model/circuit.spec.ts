import { CircuitBreaker, UnitOfWork } from '@retrain/core';
import { gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest();
  await gateway.promote('coin', [1, 0]);
}, 30_000);

afterAll(() => gateway?.close());

async function threeRunsFail(): Promise<void> {
  const breaker = gateway.app.get(CircuitBreaker);
  const unitOfWork: UnitOfWork = gateway.app.get(UnitOfWork as never);
  for (let run = 0; run < 3; run++) {
    const failed = { id: crypto.randomUUID(), model: 'coin', asOf: new Date() };
    await unitOfWork.transaction(() => breaker.runFailed(failed, 'The data file is missing.'));
  }
}

describe('the circuit of a model', () => {
  it('is closed as long as nothing has failed', async () => {
    const { body } = await gateway.get('/models/coin/circuit');
    expect(body).toMatchObject({ state: 'closed', failures: [], open_until: null });
    expect((await gateway.get('/models/dice/circuit')).status).toBe(404);
  });

  it('is shown open, refuses a run with the reason and the way out, and closes by hand', async () => {
    await threeRunsFail();
    const open = { state: 'open', changed_by: 'system', reason: expect.stringContaining('The data file is missing.') };
    expect((await gateway.get('/retraining/status?model=coin')).body.circuit).toMatchObject(open);
    expect((await gateway.get('/models/coin')).body.circuit).toMatchObject(open);
    expect((await gateway.get('/health')).body).toMatchObject({ circuits: { coin: open } });
    const refused = await gateway.post('/retraining/trigger?model=coin', {});
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: 'circuit_open',
      detail: expect.stringMatching(/circuit\/close.*force/),
    });
    const metrics = (await gateway.get('/metrics')).text;
    expect(metrics).toContain('retrain_circuit_open{model="coin"} 1');

    const closed = await gateway.post('/models/coin/circuit/close', { reason: 'the file is back' });
    expect(closed).toMatchObject({ status: 200, body: { state: 'closed', failures: [], reason: 'the file is back' } });
    expect((await gateway.post('/models/coin/circuit/close', {})).status).toBe(200);
    expect((await gateway.get('/health')).body.circuits).toEqual({});
    const { body } = await gateway.get('/events?model=coin&types=circuit.closed');
    expect(body.items).toHaveLength(1);
    expect((await gateway.post('/retraining/trigger?model=coin', { force: false })).status).toBe(202);
  });

  it('is no matter for a forced run', async () => {
    await threeRunsFail();
    const { body } = await gateway.post('/retraining/trigger?model=coin', { force: true });
    // The run asked for above is still queued: that is all there is to say against this one.
    expect(body).toMatchObject({ status: 409, code: 'run_active' });
  });
});
