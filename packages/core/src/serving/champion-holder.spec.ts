import { coinArtifact, servingCoin } from '../testing/index.js';

describe('the champion in memory', () => {
  it('is absent until one is promoted, and says so', async () => {
    const { champions } = await servingCoin();
    await champions.refresh('coin');
    expect(champions.status('coin')).toEqual({ version: undefined });
    await expect(champions.use('coin', async () => 1)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'no_champion',
    });
  });

  it('is swapped in place when the alias has moved; the old one is freed', async () => {
    const { champions, promote, loader } = await servingCoin();
    await promote([1, 0]);
    await champions.refresh('coin');
    await promote([2, 0]);
    await champions.refresh('coin');
    expect(champions.status('coin').version).toBe(2);
    expect(loader.open).toBe(1);
  });

  it('stays loaded for a request that began with it, and is freed when the request has ended', async () => {
    const { champions, promote, loader } = await servingCoin();
    await promote([1, 0]);
    await champions.refresh('coin');
    const version = await champions.use('coin', async (old) => {
      await promote([2, 0]);
      await champions.refresh('coin');
      expect(champions.status('coin').version).toBe(2);
      expect(loader.open).toBe(2);
      await old.scorer.score(new Float32Array(2), 1);
      return old.version.version;
    });
    expect(version).toBe(1);
    expect(loader.open).toBe(1);
  });

  it('is loaded once however many refreshes race', async () => {
    const { champions, promote, loader } = await servingCoin();
    await promote([1, 0]);
    await Promise.all(Array.from({ length: 8 }, () => champions.refresh('coin')));
    expect(loader.open).toBe(1);
  });

  it.each([
    ['corrupt', 'corrupt'],
    ['lost', 'lose'],
  ] as const)('is not replaced by a %s one; that is told once and tried again', async (_, damage) => {
    const { champions, promote, artifacts, events, clock } = await servingCoin();
    await promote([1, 0]);
    await champions.refresh('coin');
    const broken = await promote([2, 0]);
    artifacts[damage](broken.artifact.uri);
    for (let poll = 0; poll < 5; poll++) {
      await champions.refresh('coin');
      clock.advance({ minutes: 1 });
    }
    expect(champions.status('coin')).toMatchObject({ version: 1, unreadable: { version: 2 } });
    const told = await events.after(0, 10, { types: ['champion.unreadable'] });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ model: 'coin', payload: { version: 2 } });
  });

  it('is refused when its bytes are no model', async () => {
    const { champions, promote } = await servingCoin();
    await promote([1, 0], new TextEncoder().encode('not a model'));
    await champions.refresh('coin');
    expect(champions.status('coin')).toMatchObject({ version: undefined, unreadable: { version: 1 } });
    await expect(champions.use('coin', async () => 1)).rejects.toMatchObject({ code: 'no_champion' });
  });

  it('is checked against its sha256 before the first answer, whatever its bytes are', async () => {
    const { champions, promote, artifacts, loader } = await servingCoin();
    const { artifact } = await promote([1, 0]);
    artifacts.replace(artifact.uri, coinArtifact([-1, 0]));
    await champions.refresh('coin');
    expect(champions.status('coin')).toMatchObject({ version: undefined, unreadable: { version: 1 } });
    expect(loader.open).toBe(0);
  });

  it('recovers by a roll-back to a readable version', async () => {
    const { champions, promote, appoint, artifacts } = await servingCoin();
    const readable = await promote([1, 0]);
    await champions.refresh('coin');
    artifacts.corrupt((await promote([2, 0])).artifact.uri);
    await champions.refresh('coin');
    await appoint(readable);
    await champions.refresh('coin');
    expect(champions.status('coin')).toEqual({ version: 1 });
  });

  it('lets go of everything when it is released', async () => {
    const { champions, promote, loader } = await servingCoin();
    await promote([1, 0], coinArtifact([1, 0]));
    await champions.refresh('coin');
    await champions.release();
    expect(loader.open).toBe(0);
  });
});
