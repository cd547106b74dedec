import type { DeploymentConfig } from '../config/retraining-config.js';
import { ApproveRunService } from '../deployment/approve-run.service.js';
import { PromoteVersionService } from '../deployment/promote-version.service.js';
import { CancelRunService } from '../run/cancel-run.service.js';
import { RequestRetrainingService } from '../run/request-retraining.service.js';
import type { Installation } from '../testing/installation.js';
import { eventsOf, publishedModel, retrain } from '../testing/loop.js';
import { registerCoin, rollingOutHouse } from '../testing/rolling-out.js';
import { Traffic } from '../testing/traffic.js';
import { AbortRolloutService } from './abort-rollout.service.js';
import type { Rollout } from './rollout.js';
import { WatchRolloutsService } from './watch-rollouts.service.js';

const why = { actor: 'key:ann', reason: 'complaints' };
const active = async (coin: Installation) => (await coin.rollouts.active('coin'))!;
const champion = async (coin: Installation) => (await coin.models.alias('coin', 'champion'))?.version;
const watch = (coin: Installation) => coin.get(WatchRolloutsService).execute();

/** Callers ask and tell, day after day, until the rollout is over; answers it, and the shares that were in force. */
async function playedOut(coin: Installation, rounds = 80): Promise<{ rollout: Rollout; shares: number[] }> {
  const traffic = await Traffic.of(coin);
  const { id } = await active(coin);
  const shares: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { share, status } = (await coin.rollouts.find(id))!;
    if (status !== 'running') break;
    if (shares.at(-1) !== share) shares.push(share);
    await traffic.play(30);
    coin.clock.advance({ hours: 2 });
    await watch(coin);
  }
  return { rollout: (await coin.rollouts.find(id))!, shares };
}

describe('an accepted candidate that is to be tried', () => {
  it('as a canary goes step by step, is promoted when outcomes prove it better, and its run tells so', async () => {
    const coin = await rollingOutHouse();
    const run = await retrain(coin);
    expect(run).toMatchObject({ status: 'rolling_out', result: { deployed: false } });
    expect(await active(coin)).toMatchObject({ strategy: 'canary', share: 0.05, champion: 1, challenger: 2 });
    expect((await coin.models.alias('coin', 'challenger'))?.version).toBe(2);
    expect(await champion(coin)).toBe(1);
    const { rollout, shares } = await playedOut(coin);
    expect(shares).toEqual([0.05, 0.25, 0.5, 1]);
    expect(rollout).toMatchObject({ status: 'promoted', endedBy: 'system' });
    expect(await champion(coin)).toBe(2);
    expect(await coin.runs.find(run.id)).toMatchObject({ status: 'deployed', result: { deployed: true } });
    expect((await coin.deployments.ofRun(run.id))?.status).toBe('promoted');
    const artifact = await coin.artifacts.get((await coin.models.version('coin', 2))!.artifact);
    expect(publishedModel(coin)).toBe(Buffer.from(artifact).toString('hex'));
    expect(await eventsOf(coin, run.id)).toEqual(
      expect.arrayContaining(['run.rolling_out', 'rollout.started', 'rollout.advanced']),
    );
    expect((await eventsOf(coin, run.id)).slice(-3)).toEqual([
      'rollout.promoted',
      'deployment.promoted',
      'run.completed',
    ]);
  });

  it.each(['shadow', 'ab'] as const)('as %s is promoted when outcomes prove it better', async (strategy) => {
    const coin = await rollingOutHouse({ strategy, share: 30 });
    await retrain(coin);
    const { rollout, shares } = await playedOut(coin);
    expect(shares).toEqual([strategy === 'ab' ? 0.3 : 0]);
    expect(rollout).toMatchObject({ status: 'promoted', strategy });
    expect(await champion(coin)).toBe(2);
    const answered = (await coin.predictions.list('coin', { limit: 500 })).items.filter(({ arm }) => arm !== 'shadow');
    expect(new Set(answered.map(({ version }) => version)).size).toBe(strategy === 'ab' ? 2 : 1);
  });

  it('waits for a person first, where deployment is not automatic', async () => {
    const coin = await rollingOutHouse({}, { enable_automatic_deployment: false });
    const { id } = await retrain(coin);
    expect(await coin.rollouts.active('coin')).toBeUndefined();
    const { deployment } = await coin.get(ApproveRunService).execute({ runId: id, ...why });
    expect(deployment.status).toBe('rolling_out');
    expect(await coin.runs.find(id)).toMatchObject({ status: 'rolling_out' });
    expect(await active(coin)).toMatchObject({ runId: id, startedBy: 'key:ann' });
    expect((await playedOut(coin)).rollout.status).toBe('promoted');
    expect((await coin.runs.find(id))?.status).toBe('deployed');
  });

  it('is the champion at once where there is none to be tried beside', async () => {
    const coin = await rollingOutHouse();
    expect(await champion(coin)).toBe(1);
    expect((await coin.deployments.list('coin', { limit: 1 })).items[0]).toMatchObject({ strategy: 'direct' });
  });
});

describe('a challenger that is worse', () => {
  it('is rolled back by outcomes; the champion was never away', async () => {
    const coin = await rollingOutHouse();
    const bad = await registerCoin(coin, [-3, 0]);
    await coin.get(PromoteVersionService).execute({ model: 'coin', version: bad, strategy: 'canary', ...why });
    const { rollout } = await playedOut(coin);
    expect(rollout).toMatchObject({ status: 'rolled_back', challenger: bad });
    expect(rollout.endReason).toMatch(/outcome/);
    expect(await champion(coin)).toBe(1);
    const again = coin.get(PromoteVersionService).execute({ model: 'coin', version: bad, strategy: 'canary', ...why });
    await expect(again).rejects.toMatchObject({ code: 'version_quarantined' });
    const [look] = (await coin.rollouts.looks(rollout.id, { limit: 1 })).items;
    expect(look).toMatchObject({ verdict: 'roll_back', code: 'worse' });
    expect(look!.outcomes).toBeLessThan(200);
  });

  it('is rolled back by its errors, without an outcome, and no caller notices', async () => {
    const coin = await rollingOutHouse({ strategy: 'ab' });
    const sound = await registerCoin(coin, [1, 0]);
    await coin.get(PromoteVersionService).execute({ model: 'coin', version: sound, strategy: 'ab', ...why });
    coin.artifacts.corrupt((await coin.models.version('coin', sound))!.artifact.uri);
    const traffic = await Traffic.of(coin);
    const answers = (await traffic.ask(200)).answers;
    expect(answers.map(({ version }) => version)).toEqual(Array(200).fill(1));
    await watch(coin);
    const { items } = await coin.rollouts.list('coin', { limit: 1 });
    expect(items[0]).toMatchObject({ status: 'rolled_back', challenger: sound });
  });
});

describe('a rollout that nothing decides', () => {
  it('ends at its deadline without a decision; the champion stays and the run is rejected', async () => {
    const coin = await rollingOutHouse({ deadline_days: 3 });
    const { id } = await retrain(coin);
    await watch(coin);
    coin.clock.advance({ days: 3 });
    await watch(coin);
    const { items } = await coin.rollouts.list('coin', { limit: 1 });
    expect(items[0]).toMatchObject({ status: 'undecided' });
    expect(await champion(coin)).toBe(1);
    expect(await coin.runs.find(id)).toMatchObject({ status: 'rejected', result: { deployed: false } });
    expect((await coin.deployments.ofRun(id))?.status).toBe('rejected');
  });

  it('says that there is not enough evidence, which is neither better nor worse', async () => {
    const coin = await rollingOutHouse();
    await retrain(coin);
    const [seen] = await watch(coin);
    expect(seen?.look).toMatchObject({ verdict: 'continue', code: 'not_enough_evidence', outcomes: 0 });
  });

  it('keeps a look when something has changed, and not every look', async () => {
    const coin = await rollingOutHouse();
    await retrain(coin);
    for (let look = 0; look < 5; look++) await watch(coin);
    const { id } = await active(coin);
    expect((await coin.rollouts.looks(id, { limit: 9 })).items).toHaveLength(1);
    await (await Traffic.of(coin)).play(30);
    for (let look = 0; look < 5; look++) await watch(coin);
    expect((await coin.rollouts.looks(id, { limit: 9 })).items.map(({ outcomes }) => outcomes)).toEqual([30, 0]);
  });
});

describe('a rollout that something else ends', () => {
  const started = async (deployment: Partial<DeploymentConfig> = {}) => {
    const coin = await rollingOutHouse(deployment);
    const run = await retrain(coin);
    return { coin, run, rollout: await active(coin) };
  };

  it('is aborted by a person: the champion answers everybody, the run is rejected with the reason', async () => {
    const { coin, run, rollout } = await started();
    const aborted = await coin.get(AbortRolloutService).execute({ rolloutId: rollout.id, ...why });
    expect(aborted).toMatchObject({ status: 'aborted', endedBy: 'key:ann', endReason: 'complaints' });
    expect(await coin.runs.find(run.id)).toMatchObject({ status: 'rejected', result: { ended_because: 'complaints' } });
    const again = coin.get(AbortRolloutService).execute({ rolloutId: rollout.id, ...why });
    await expect(again).rejects.toMatchObject({ kind: 'conflict', code: 'rollout_over' });
    const unknown = coin.get(AbortRolloutService).execute({ rolloutId: 'none', ...why });
    await expect(unknown).rejects.toMatchObject({ code: 'unknown_rollout' });
  });

  it('is ended by cancelling its run', async () => {
    const { coin, run, rollout } = await started();
    expect(await coin.get(CancelRunService).execute({ runId: run.id, ...why })).toMatchObject({ status: 'cancelled' });
    expect((await coin.rollouts.find(rollout.id))?.status).toBe('aborted');
  });

  it('is superseded when the champion changes by another way', async () => {
    const { coin, run, rollout } = await started();
    const other = await registerCoin(coin, [1, 0]);
    await coin.get(PromoteVersionService).execute({ model: 'coin', version: other, ...why });
    expect(await coin.rollouts.find(rollout.id)).toMatchObject({ status: 'superseded' });
    expect((await coin.runs.find(run.id))?.status).toBe('rejected');
    expect((await coin.deployments.ofRun(run.id))?.status).toBe('superseded');
    expect(await watch(coin)).toEqual([]);
    expect(await champion(coin)).toBe(other);
  });

  it('is superseded when somebody moves the alias behind its back', async () => {
    const { coin, rollout } = await started();
    const other = await registerCoin(coin, [1, 0]);
    const alias = (await coin.models.alias('coin', 'champion'))!;
    const move = { model: 'coin', alias: 'champion', version: other, expectedRevision: alias.revision } as const;
    await coin.models.moveAlias({ ...move, ...why, asOf: coin.clock.now() });
    await watch(coin);
    expect((await coin.rollouts.find(rollout.id))?.status).toBe('superseded');
    expect(await champion(coin)).toBe(other);
  });

  it('holds back runs that triggers ask for; a forced one supersedes it with its candidate', async () => {
    const { coin, run, rollout } = await started();
    const asked = { model: 'coin', triggers: ['time_based'], reason: 'old', forced: false, actor: 'system' };
    coin.clock.advance({ days: 30 });
    const answer = await coin.get(RequestRetrainingService).execute(asked);
    expect(answer).toMatchObject({ kind: 'rolling_out', rollout: { id: rollout.id } });
    const newer = await retrain(coin);
    expect(newer.status).toBe('rolling_out');
    expect(await coin.rollouts.find(rollout.id)).toMatchObject({ status: 'superseded' });
    expect((await coin.runs.find(run.id))?.status).toBe('rejected');
    expect(await active(coin)).toMatchObject({ runId: newer.id, challenger: 3 });
  });
});

describe('two monitors that look at the same time', () => {
  it('move a rollout on once', async () => {
    const coin = await rollingOutHouse({ min_minutes_per_step: 0 });
    const run = await retrain(coin);
    const traffic = await Traffic.of(coin);
    for (let round = 0; round < 80 && (await coin.rollouts.active('coin')); round++) {
      await traffic.play(30);
      coin.clock.advance({ minutes: 1 });
      const monitors = [coin.process(), coin.process(), coin.process()];
      await Promise.all(monitors.map((get) => get(WatchRolloutsService).execute()));
    }
    const told = (await eventsOf(coin, run.id)).filter((type) => type.startsWith('rollout.'));
    expect(told).toEqual(['rollout.started', ...Array<string>(3).fill('rollout.advanced'), 'rollout.promoted']);
    expect((await coin.models.aliasMoves('coin', 'champion', { limit: 9 })).items).toHaveLength(2);
  });
});

describe('a rollout in a replay of the past', () => {
  it('is looked at by checks of past days only, and measures by those days', async () => {
    const coin = await rollingOutHouse();
    const asOf = new Date('2020-07-10T00:00:00Z');
    await retrain(coin, { asOf });
    const rollout = await active(coin);
    expect(rollout).toMatchObject({ simulated: true, asOf });
    coin.clock.advance({ days: 365 });
    expect(await watch(coin)).toEqual([]);
    const look = (day: string) => coin.get(WatchRolloutsService).asOf('coin', new Date(day));
    expect(await look('2020-07-09T00:00:00Z')).toBeUndefined();
    expect(await look('2020-07-11T00:00:00Z')).toMatchObject({ look: { code: 'not_enough_evidence' } });
    expect(await look('2020-10-08T00:00:00Z')).toMatchObject({ rollout: { status: 'undecided' } });
    expect((await coin.rollouts.find(rollout.id))?.endedAsOf).toEqual(new Date('2020-10-08T00:00:00Z'));
  });
});
