import { aConfig, aPromotion, coinArtifact, servingCoin } from '../testing/index.js';
import type { ModelVersion } from '../model/model-version.js';
import type { ProbationStatus } from '../probation/probation.js';
import { ChampionHolder } from './champion-holder.service.js';

/** An installation that puts no champion on probation. */
const trusting = () => {
  return servingCoin({
    config: { deployment: { ...aConfig().deployment, probation: { outcomes: 0, days: 30, alpha: 0.01 } } },
  });
};

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
    const { champions, promote, loader } = await trusting();
    await promote([1, 0]);
    await champions.refresh('coin');
    await promote([2, 0]);
    await champions.refresh('coin');
    expect(champions.status('coin').version).toBe(2);
    expect(loader.open).toBe(1);
  });

  it('stays loaded for a request that began with it, and is freed when the request has ended', async () => {
    const { champions, promote, loader } = await trusting();
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

describe('the champion before, while its successor is on probation', () => {
  /** Version 2 answers, version 1 did before; `elsewhere` is another gateway. */
  async function promotedTwice() {
    const coin = await servingCoin();
    const { promote, get, champions, process, models, clock } = coin;
    const elsewhere = process()(ChampionHolder);
    const gateways = [champions, elsewhere];
    /** The ledger is read anew every five seconds. */
    const refresh = async () => {
      clock.advance({ seconds: 6 });
      for (const gateway of gateways) await gateway.refresh('coin');
    };
    const first = await promote([1, 0]);
    await refresh();
    const second = await promote([2, 0]);
    await refresh();
    const { items } = await models.aliasMoves('coin', 'champion', { limit: 1 });
    const probation = { model: 'coin', moveId: items[0]!.id, version: 2, previousVersion: 1 };
    const rules = { outcomes: 200, days: 30, alpha: 0.01 };
    const begin = () => {
      const [startedAt, asOf] = [clock.now(), clock.now()];
      const begun = { status: 'watching' as const, outcomes: 0, reason: 'x', evidence: {}, startedAt, asOf };
      return coin.probations.insert({ ...probation, rules, ...begun });
    };
    const end = (status: ProbationStatus) => {
      const update = { status, outcomes: 200, reason: 'x', evidence: {}, checkedAt: clock.now() };
      return coin.probations.update('coin', probation.moveId, update);
    };
    /** Takes back as a roll-back does. */
    const takeBack = async ({ version, artifact }: ModelVersion) => {
      const proposal = aPromotion({ ...first, version, artifact });
      const { id: deploymentId } = await coin.deployments.insert({ ...proposal, kind: 'rollback' });
      const expectedRevision = (await models.alias('coin', 'champion'))!.revision;
      const move = { model: 'coin', alias: 'champion' as const, version, expectedRevision, deploymentId };
      await models.moveAlias({ ...move, actor: 'system', reason: 'harm', asOf: clock.now() });
    };
    return { ...coin, gateways, get, refresh, first, second, begin, end, takeBack };
  }

  it('stays loaded in every gateway, before the first look at it too, and answers again without a load', async () => {
    const { gateways, refresh, first, begin, takeBack, loader, artifacts } = await promotedTwice();
    for (const gateway of gateways) expect(gateway.status('coin')).toEqual({ version: 2, standby: 1 });
    await begin();
    await refresh();
    // Nothing could be read any more: what answers now has been in memory all the time.
    artifacts.lose(first.artifact.uri);
    await takeBack(first);
    await refresh();
    for (const gateway of gateways) {
      expect(gateway.status('coin')).toEqual({ version: 1 });
      expect(await gateway.use('coin', ({ scorer }) => scorer.score(new Float32Array(2), 1))).toHaveLength(2);
    }
    expect(loader.open).toBe(gateways.length);
  });

  it.each(['passed', 'undecided', 'superseded'] as const)('is let go when the probation has %s', async (status) => {
    const { gateways, refresh, begin, end, loader } = await promotedTwice();
    await begin();
    await refresh();
    expect(loader.open).toBe(2 * gateways.length);
    await end(status);
    await refresh();
    for (const gateway of gateways) expect(gateway.status('coin')).toEqual({ version: 2 });
    expect(loader.open).toBe(gateways.length);
  });

  it('is let go after the days of a probation that nobody began', async () => {
    const { gateways, refresh, clock, loader } = await promotedTwice();
    clock.advance({ days: 31 });
    await refresh();
    expect(loader.open).toBe(gateways.length);
  });

  it('is one version, however many promotions follow each other', async () => {
    const { gateways, promote, refresh, loader } = await promotedTwice();
    for (let more = 3; more <= 6; more++) {
      await promote([more, 0]);
      await refresh();
      for (const gateway of gateways) expect(gateway.status('coin')).toEqual({ version: more, standby: more - 1 });
      expect(loader.open).toBe(2 * gateways.length);
    }
  });

  it('is loaded by a gateway that starts meanwhile; one that cannot be read keeps nobody from answering', async () => {
    const { process, begin, first, artifacts } = await promotedTwice();
    await begin();
    const late = process()(ChampionHolder);
    await late.refresh('coin');
    expect(late.status('coin')).toEqual({ version: 2, standby: 1 });
    artifacts.lose(first.artifact.uri);
    const later = process()(ChampionHolder);
    await later.refresh('coin');
    expect(later.status('coin')).toEqual({ version: 2 });
  });

  it('lets everything go with the holder', async () => {
    const { gateways, loader } = await promotedTwice();
    for (const gateway of gateways) await gateway.release();
    expect(loader.open).toBe(0);
  });
});
