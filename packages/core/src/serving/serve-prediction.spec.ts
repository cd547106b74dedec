import { servingCoin } from '../testing/index.js';
import { VersionTallies } from './version-tallies.service.js';

const ready = async (weights: readonly [number, number] = [1, 0]) => {
  const coin = await servingCoin();
  await coin.promote(weights);
  await coin.champions.refresh('coin');
  await coin.states.refresh('coin');
  return coin;
};

const refusal = { path: expect.any(String) as string };

describe('serving predictions', () => {
  it('answers with version, arm, scores and features, and has recorded exactly that', async () => {
    const { serve, predictions } = await ready();
    const input = { tilt: 0.5, id: 'toss-x', at: '2024-06-02T00:00:00Z' };
    const [answer] = await serve.execute('coin', [{ path: '', input }]);
    expect(answer).toMatchObject({ model: 'coin', version: 1, arm: 'champion', key: 'toss-x', warnings: [] });
    expect(answer!.features[0]).toBe(0.5);
    expect(answer!.scores[0]).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 6);
    const { id, version, arm, key, features, scores, occurredAt } = answer!;
    expect(await predictions.find(id)).toMatchObject({ version, arm, key, features, scores, occurredAt });
    expect(occurredAt).toEqual(new Date('2024-06-02T00:00:00Z'));
  });

  it('warns of what is missing and stores it as null', async () => {
    const { serve } = await ready();
    const [answer] = await serve.execute('coin', [{ path: '', input: {} }]);
    expect(answer!.warnings).toEqual(['The tilt is missing.']);
    expect(answer!.features[0]).toBeNull();
  });

  it('counts one recorded prediction per instance, in bulk too', async () => {
    const { serve, predictions } = await ready();
    await serve.execute('coin', [{ path: '', input: { tilt: 0 } }]);
    await serve.execute(
      'coin',
      [0, 1, 2].map((n) => ({ path: `matches.${n}`, input: { tilt: n } })),
    );
    expect(await predictions.countSince('coin', 0)).toBe(4);
  });

  it('tells every issue of every instance with its path, and then answers none', async () => {
    const { serve, predictions } = await ready();
    const asked = [{ tilt: 1 }, { tilt: 'x' }, { tilt: 101 }].map((input, n) => ({ path: `matches.${n}`, input }));
    await expect(serve.execute('coin', asked)).rejects.toMatchObject({
      kind: 'invalid',
      issues: [
        { ...refusal, path: 'matches.1.tilt' },
        { path: 'matches.2', message: expect.stringContaining('100') as string },
      ],
    });
    expect(await predictions.lastSeq()).toBe(0);
  });

  it('calls impossible what is well-formed but cannot be', async () => {
    const { serve } = await ready();
    await expect(serve.execute('coin', [{ path: '', input: { tilt: 101 } }])).rejects.toMatchObject({
      kind: 'unprocessable',
      code: 'impossible_tilt',
    });
  });

  it('takes features that the caller computed, by order or by name', async () => {
    const { serve } = await ready([1, 0.1]);
    const answers = await serve.execute('coin', [
      { path: 'instances.0', features: [0.5, 10] },
      { path: 'instances.1', features: { run: 10, tilt: 0.5 } },
    ]);
    expect(answers[0]!.scores).toEqual(answers[1]!.scores);
    expect(answers[0]!.scores[0]).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 6);
  });

  it.each([
    [[1], 'instances.0.features'],
    [[1, Infinity], 'instances.0.features.1'],
    [{ tillt: 1 }, 'instances.0.features.tillt'],
    ['x', 'instances.0.features'],
  ])('refuses features %j', async (features, path) => {
    const { serve } = await ready();
    await expect(serve.execute('coin', [{ path: 'instances.0', features }])).rejects.toMatchObject({
      code: 'invalid_features',
      issues: [expect.objectContaining({ path })],
    });
  });

  it('records nothing that it could not score', async () => {
    const { serve, predictions } = await ready([1e300, -1e300]);
    const features = [3e38, 3e38];
    await expect(serve.execute('coin', [{ path: '', features }])).rejects.toMatchObject({ code: 'not_scorable' });
    expect(await predictions.lastSeq()).toBe(0);
  });

  it('changes its answers after a promotion, without a restart', async () => {
    const { serve, promote, champions } = await ready();
    const ask = async () => (await serve.execute('coin', [{ path: '', input: { tilt: 1 } }]))[0]!;
    const before = await ask();
    await promote([-1, 0]);
    await champions.refresh('coin');
    const after = await ask();
    expect([before.version, after.version]).toEqual([1, 2]);
    expect(after.scores[0]).toBeCloseTo(before.scores[1]!, 6);
  });
});

describe('what a champion does with requests', () => {
  it('is counted, answered and failed alike, and saved as totals however often', async () => {
    const coin = await ready();
    const { serve, probations, get } = coin;
    await serve.execute('coin', [{ path: '', input: { tilt: 0 } }]);
    const scorer = coin.champions.current('coin')!.scorer;
    scorer.score = () => Promise.reject(new Error('out of memory'));
    await expect(serve.execute('coin', [{ path: '', input: { tilt: 0 } }])).rejects.toThrow('out of memory');
    await get(VersionTallies).save();
    await get(VersionTallies).save();
    const [tally] = await probations.tallies('coin', 1);
    expect(tally).toMatchObject({ requests: 2, errors: 1 });
    expect(tally!.latencies.reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});
