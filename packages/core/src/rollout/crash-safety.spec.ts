import { ApproveRunService } from '../deployment/approve-run.service.js';
import { RecoverRunsService } from '../run/recover-runs.service.js';
import { aConfig } from '../testing/builders.js';
import { installation, type Installation } from '../testing/installation.js';
import { eventsOf, publishedModel, retrain } from '../testing/loop.js';
import { Mortal } from '../testing/mortal.js';
import { registerCoin, rollingOutHouse } from '../testing/rolling-out.js';
import { Traffic } from '../testing/traffic.js';
import { PromoteVersionService } from '../deployment/promote-version.service.js';
import { AbortRolloutService } from './abort-rollout.service.js';
import type { Rollout } from './rollout.js';
import { SettleRolledOutRuns } from './settle-rolled-out-runs.service.js';
import { WatchRolloutsService } from './watch-rollouts.service.js';

const why = { actor: 'key:ann', reason: 'because' };
const quick = {
  evaluation: { min_rows: 40, max_rows: 40, blocks: 1 },
  gates: ['minimum_score', 'parity'].map((use) => ({ use, with: {} })),
};

type Get = Installation['get'];

/** One step of a rollout: how to come to stand before it, how a process takes it, and what must be true afterwards. */
interface Transition {
  readonly name: string;
  prepare(): Promise<Installation>;
  take(get: Get, house: Installation): Promise<unknown>;
  /** What the next look, or the person asking again, does. */
  again(house: Installation): Promise<unknown>;
  expect(house: Installation): Promise<void>;
}

const newest = async (house: Installation): Promise<Rollout> =>
  (await house.rollouts.list('coin', { limit: 1 })).items[0]!;
const watch = (get: Get) => get(WatchRolloutsService).execute();
const champion = async (house: Installation) => (await house.models.alias('coin', 'champion'))?.version;
const typesOf = async (house: Installation) => {
  const told = await house.events.after(0, 1_000);
  return told.map(({ type }) => type).filter((type) => type.startsWith('rollout.') || type === 'deployment.promoted');
};

/** Version 2 with these weights is tried beside version 1, which knows nothing; so many outcomes are known. */
async function rolling(
  strategy: 'ab' | 'canary' = 'ab',
  weights: readonly [number, number] = [1, 0],
  outcomes = 0,
): Promise<Installation> {
  const { deployment } = aConfig();
  const house = installation({ config: { deployment: { ...deployment, min_minutes_per_step: 0 } } });
  await house.models.ensure('coin', 'coin');
  const first = { model: 'coin', version: await registerCoin(house, [0, 0]), ...why };
  await house.get(PromoteVersionService).execute(first);
  const second = { model: 'coin', version: await registerCoin(house, weights), strategy, ...why };
  await house.get(PromoteVersionService).execute(second);
  house.clock.advance({ hours: 1 });
  if (outcomes > 0) await (await Traffic.of(house)).play(outcomes);
  house.clock.advance({ hours: 1 });
  return house;
}

const transitions: readonly Transition[] = [
  {
    name: 'approval into a canary',
    async prepare() {
      const house = await rollingOutHouse({}, { ...quick, enable_automatic_deployment: false });
      await house.config.update({ trainers: [{ use: 'tiny_softmax', with: { steps: 2 } }] }, 'test');
      await retrain(house);
      return house;
    },
    async take(get, house) {
      const [run] = await house.runs.awaitingApproval('coin');
      if (run) await get(ApproveRunService).execute({ runId: run.id, ...why });
    },
    again(house) {
      return this.take(house.get, house);
    },
    async expect(house) {
      expect(await newest(house)).toMatchObject({ status: 'running', challenger: 2, startedBy: 'key:ann' });
      expect((await typesOf(house)).filter((type) => type === 'rollout.started')).toHaveLength(1);
      expect(await house.runs.rollingOut()).toHaveLength(1);
    },
  },
  {
    name: 'next step of a canary',
    prepare: () => rolling('canary', [1, 0], 25),
    take: watch,
    again: (house) => watch(house.get),
    async expect(house) {
      expect(await newest(house)).toMatchObject({ status: 'running', step: 1, share: 0.25, revision: 2 });
      expect((await typesOf(house)).filter((type) => type === 'rollout.advanced')).toHaveLength(1);
    },
  },
  {
    name: 'promotion',
    prepare: () => rolling('ab', [1, 0], 400),
    take: watch,
    again: async (house) => {
      await watch(house.get);
      await house.get(RecoverRunsService).execute();
    },
    async expect(house) {
      expect(await newest(house)).toMatchObject({ status: 'promoted' });
      expect(await champion(house)).toBe(2);
      expect((await typesOf(house)).slice(-2)).toEqual(['rollout.promoted', 'deployment.promoted']);
      expect((await house.models.aliasMoves('coin', 'champion', { limit: 9 })).items).toHaveLength(2);
      const artifact = await house.artifacts.get((await house.models.version('coin', 2))!.artifact);
      expect(publishedModel(house)).toBe(Buffer.from(artifact).toString('hex'));
    },
  },
  {
    name: 'roll-back',
    prepare: () => rolling('ab', [-3, 0], 200),
    take: watch,
    again: (house) => watch(house.get),
    async expect(house) {
      expect(await newest(house)).toMatchObject({ status: 'rolled_back' });
      expect(await champion(house)).toBe(1);
      expect((await typesOf(house)).filter((type) => type === 'rollout.rolled_back')).toHaveLength(1);
    },
  },
  {
    name: 'abortion',
    prepare: () => rolling(),
    async take(get, house) {
      await get(AbortRolloutService).execute({ rolloutId: (await newest(house)).id, ...why });
    },
    async again(house) {
      if ((await newest(house)).status === 'running') await this.take(house.get, house);
    },
    async expect(house) {
      expect(await newest(house)).toMatchObject({ status: 'aborted', endedBy: 'key:ann' });
      expect((await typesOf(house)).filter((type) => type === 'rollout.aborted')).toHaveLength(1);
    },
  },
];

describe('a process that is killed (kill -9) in the middle of', () => {
  describe.each(transitions)('the $name', (transition) => {
    it.each(['before', 'after'] as const)(
      'any call, %s it took effect: the next one finds it undone or done, and it has happened once',
      async (when) => {
        // Every second call of each, so that both together are all.
        for (let dieAt = when === 'before' ? 1 : 2; ; dieAt += 2) {
          const house = await transition.prepare();
          const mortal = new Mortal(dieAt, when);
          await transition.take(house.mortalProcess(mortal), house).catch(() => undefined);
          await transition.again(house);
          await transition.expect(house);
          if (!mortal.dead) {
            expect(dieAt).toBeGreaterThan(5);
            return;
          }
        }
      },
      120_000,
    );
  });
});

describe('a run whose rollout was over before it had come to rest', () => {
  it('is ended by the next look', async () => {
    const house = await rollingOutHouse({}, quick);
    const conclude = house.runs.conclude.bind(house.runs);
    house.runs.conclude = async (...given) => {
      const other = await registerCoin(house, [1, 0]);
      house.runs.conclude = conclude;
      await house
        .process()(PromoteVersionService)
        .execute({ model: 'coin', version: other, ...why });
      return conclude(...given);
    };
    const run = await retrain(house);
    expect(run.status).toBe('rolling_out');
    expect((await newest(house)).status).toBe('superseded');
    expect(await house.get(SettleRolledOutRuns).execute()).toEqual([run.id]);
    expect(await house.runs.find(run.id)).toMatchObject({ status: 'rejected', result: { deployed: false } });
    expect((await eventsOf(house, run.id)).at(-1)).toBe('run.completed');
    expect(await house.get(SettleRolledOutRuns).execute()).toEqual([]);
  });
});
