import { ArmTallies, LiveState, RolloutHolder, ScoreCounterparts } from '@retrain/core';
import { artifactOf, gatewayUnderTest, type GatewayUnderTest } from '../testing/gateway-under-test.js';

interface Answer {
  readonly prediction_id: string;
  readonly model_version: number;
  readonly arm: string;
  readonly key: string | null;
  readonly scores: readonly number[];
}

const logOdds = { 1: [1, 0], 2: [-1, 0] } as const;
const heads = { 1: 1 / (1 + Math.exp(-1)), 2: 1 / (1 + Math.exp(1)) } as const;
const keys = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe('two gateways during a rollout', () => {
  let gateway: GatewayUnderTest;
  let other: GatewayUnderTest;

  /** A champion, and a challenger that is being tried on 30 % of the callers. */
  beforeEach(async () => {
    gateway = await gatewayUnderTest({ config: 'deployment: { share: 30 }' });
    await gateway.promote('coin', logOdds[1]);
    await gateway.register('coin', artifactOf('coin', logOdds[2]));
    other = await gateway.beside();
    const started = await gateway.post('/models/coin/promote', { version: 2, strategy: 'ab', reason: 'try it' });
    expect(started.body).toMatchObject({ status: 'rolling_out', message: expect.stringContaining('tried') as string });
    for (const one of [gateway, other]) {
      await one.app.get(RolloutHolder).refresh('coin');
      await one.app.get(LiveState).refresh('coin');
    }
  }, 60_000);

  afterEach(async () => {
    await other.close();
    await gateway.close();
  });

  async function ask(one: GatewayUnderTest, wanted: readonly (string | undefined)[]): Promise<readonly Answer[]> {
    const instances = wanted.map((key) => ({ key, features: [0.5, 0] }));
    const { status, body } = await one.post('/models/coin/predictions', { instances });
    expect(status).toBe(200);
    return body.predictions as readonly Answer[];
  }

  const rolloutOf = async (one: GatewayUnderTest) => {
    const { items } = (await one.get('/models/coin/rollouts')).body;
    return (await one.get(`/models/coin/rollouts/${items[0].id}`)).body;
  };

  const settled = async (one: GatewayUnderTest) => {
    await one.app.get(ScoreCounterparts).idle();
    await one.app.get(ArmTallies).save();
  };

  it('split callers at the share, whether they give a key or not', async () => {
    const counts = [];
    for (const wanted of [keys(1000, 'a'), Array<undefined>(1000).fill(undefined)]) {
      const answers = await ask(gateway, wanted);
      counts.push(answers.filter(({ arm }) => arm === 'challenger').length);
    }
    // 300 are expected of each; 5 standard deviations are 72.
    for (const count of counts) expect(Math.abs(count - 300)).toBeLessThan(72);
  });

  it('answer a key by the same version, now and later, here and there; every answer is that version’s', async () => {
    const wanted = keys(300, 'b');
    const first = await ask(gateway, wanted);
    const versions = first.map(({ model_version }) => model_version);
    expect(new Set(versions)).toEqual(new Set([1, 2]));
    for (const again of [await ask(other, wanted), await ask(gateway, [...wanted].reverse())]) {
      const byKey = new Map(again.map(({ key, model_version }) => [key, model_version]));
      expect(wanted.map((key) => byKey.get(key))).toEqual(versions);
    }
    for (const { arm, model_version, scores } of first) {
      expect(arm).toBe(model_version === 2 ? 'challenger' : 'champion');
      expect(scores[0]).toBeCloseTo(heads[model_version as 1 | 2], 5);
    }
  });

  it('keep the other version’s answer beside each, counted by nobody but the rollout', async () => {
    await ask(gateway, keys(200, 'c'));
    await settled(gateway);
    const { arms, splits, series } = await rolloutOf(other);
    expect(arms.champion).toMatchObject({ requests: 200, errors: 0, dropped: 0 });
    expect(arms.challenger).toMatchObject({ requests: 200, errors: 0, dropped: 0 });
    expect(splits).toHaveLength(1);
    expect(splits[0].champion + splits[0].challenger).toBe(200);
    expect(series).toEqual([]);
    const status = (await gateway.get('/retraining/status?model=coin')).body;
    expect(status.prediction_count_since_retraining).toBe(200);
  });

  it('judge pairs by outcomes that come by key or by id', async () => {
    const answers = await ask(gateway, keys(40, 'd'));
    await settled(gateway);
    const outcomes = answers.map(({ key, prediction_id }, index) =>
      index % 2 ? { key, outcome: 'heads' } : { prediction_id, outcome: 'heads' },
    );
    const told = (await other.post('/models/coin/outcomes', { outcomes })).body;
    expect(told).toMatchObject({ recorded: 40 });
    const { series } = await rolloutOf(gateway);
    expect(series.at(-1)).toMatchObject({ n: 40 });
    expect(series.at(-1).mean_difference).toBeCloseTo(Math.log(heads[2] / heads[1]), 4);
  });

  it('answer everybody by the champion when the rollout is aborted', async () => {
    const { id } = await rolloutOf(gateway);
    const aborted = await gateway.post(`/models/coin/rollouts/${id}/abort`, { reason: 'complaints' });
    expect(aborted.body).toMatchObject({ status: 'aborted', end_reason: 'complaints' });
    await gateway.app.get(RolloutHolder).refresh('coin');
    const answers = await ask(gateway, keys(100, 'e'));
    expect(new Set(answers.map(({ model_version }) => model_version))).toEqual(new Set([1]));
    const again = await gateway.post(`/models/coin/rollouts/${id}/abort`, {});
    expect([again.status, again.body.code]).toEqual([409, 'rollout_over']);
    expect((await gateway.get('/models/coin/rollouts/nonsense')).status).toBe(404);
  });

  it('hear of a change by a signal, within two seconds', async () => {
    const { id } = await rolloutOf(gateway);
    await gateway.post(`/models/coin/rollouts/${id}/abort`, { reason: 'complaints' });
    const began = Date.now();
    while (other.app.get(RolloutHolder).current('coin')) {
      expect(Date.now() - began).toBeLessThan(2_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});
