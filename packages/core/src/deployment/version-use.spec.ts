import { WatchProbation } from '../probation/watch-probation.service.js';
import { QuarantineGate } from '../quarantine/quarantine-gate.service.js';
import { retentionActor, RetireVersionsService } from '../retention/retire-versions.service.js';
import { AbortRolloutService } from '../rollout/abort-rollout.service.js';
import { Rollouts } from '../rollout/rollouts.port.js';
import { CancelRunService } from '../run/cancel-run.service.js';
import type { RunStage } from '../run/training-run.js';
import type { Installation } from '../testing/installation.js';
import { execute, learned, request, retrain, withChampion } from '../testing/loop.js';
import { registerCoin, rollingOutHouse } from '../testing/rolling-out.js';
import { DeleteVersionService } from './delete-version.service.js';
import { PromoteVersionService } from './promote-version.service.js';
import { RejectRunService } from './reject-run.service.js';
import { RollbackService } from './rollback.service.js';

const why = { model: 'coin', actor: 'key:ann', reason: 'because' };
const gates = [{ use: 'parity', with: {} }];

const promote = (house: Installation, version: number) =>
  house
    .get(PromoteVersionService)
    .execute({ ...why, version })
    .then(ignored);
/** So many more versions, each the champion for a moment. */
async function succeed(house: Installation, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await promote(house, await registerCoin(house, [1, n]));
}
const abort = async (house: Installation) => {
  const rollout = (await house.get(Rollouts).active('coin'))!;
  await house.get(AbortRolloutService).execute({ rolloutId: rollout.id, actor: 'key:ann', reason: 'enough' });
};
const ignored = () => undefined;

/** A run that was put back to the queue right after this stage. */
async function runAfter(house: Installation, stage: RunStage) {
  const stop = new AbortController();
  const complete = house.runs.completeStage.bind(house.runs);
  house.runs.completeStage = async (...given) => {
    const done = await complete(...given);
    if (given[2] === stage) stop.abort(new Error('The process shuts down.'));
    return done;
  };
  const run = await execute(house, (await request(house)).id, stop.signal);
  house.runs.completeStage = complete;
  expect(run).toMatchObject({ status: 'queued', outputs: { [stage]: expect.anything() } });
  return run;
}

const cancel = (runId: string) => (house: Installation) =>
  house.get(CancelRunService).execute({ runId, actor: 'key:ann', reason: 'enough' }).then(ignored);

interface Needed {
  readonly house: Installation;
  readonly version: number;
  /** What ends the need. */
  readonly end: (house: Installation) => Promise<unknown>;
}

const needs: Record<string, { readonly told: string; readonly make: () => Promise<Needed> }> = {
  'the champion': {
    told: 'is the champion',
    make: async () => ({
      house: await withChampion({ config: { gates } }),
      version: 1,
      end: (house) => succeed(house, 2),
    }),
  },
  'what a roll-back leads to': {
    told: 'a roll-back of the champion leads to',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      await succeed(house, 1);
      return { house, version: 1, end: () => succeed(house, 1) };
    },
  },
  'what a roll-back has left': {
    told: 'a roll-back of the champion leads to',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      await succeed(house, 2);
      await house.get(RollbackService).execute(why);
      return { house, version: 3, end: () => succeed(house, 1) };
    },
  },
  'the challenger of a rollout': {
    told: 'is tried beside the champion (rollout ',
    make: async () => {
      const house = await rollingOutHouse({ strategy: 'shadow' }, { gates });
      await retrain(house);
      const end = async () => {
        await abort(house);
        await expect(remove(house, 2)).rejects.toMatchObject(inUse('is the challenger'));
        await house
          .get(PromoteVersionService)
          .execute({ ...why, version: await registerCoin(house, [1, 0]), strategy: 'shadow' });
      };
      return { house, version: 2, end };
    },
  },
  'what a rollout compares with': {
    told: 'compares with',
    make: async () => {
      const house = await rollingOutHouse({ strategy: 'shadow' }, { gates });
      await retrain(house);
      // Moves that no service makes while a rollout runs: the rollout alone needs its champion then.
      for (let revision = 1; revision < 3; revision++) {
        const version = await registerCoin(house, [1, revision]);
        const move = { model: 'coin', alias: 'champion', version, expectedRevision: revision } as const;
        expect(
          await house.models.moveAlias({ ...move, actor: 'spec', reason: 'spec', asOf: house.clock.now() }),
        ).toBeDefined();
      }
      return { house, version: 1, end: abort };
    },
  },
  'the champion before one on probation': {
    told: 'is part of the probation of version 2',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      await succeed(house, 1);
      expect(await house.get(WatchProbation).execute('coin')).toMatchObject({ version: 2, status: 'watching' });
      await succeed(house, 2);
      return { house, version: 1, end: () => house.get(WatchProbation).execute('coin') };
    },
  },
  'one on probation': {
    told: 'is part of the probation of version 2',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      await succeed(house, 1);
      await house.get(WatchProbation).execute('coin');
      await succeed(house, 2);
      return { house, version: 2, end: () => house.get(WatchProbation).execute('coin') };
    },
  },
  'one that waits for approval': {
    told: 'waits for approval',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      const { id: runId } = await retrain(house);
      return {
        house,
        version: 2,
        end: () => house.get(RejectRunService).execute({ runId, actor: 'key:bob', reason: 'no' }),
      };
    },
  },
  'the baseline of a run that waits for approval': {
    told: '(awaiting_approval) compares its candidate with',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      const { id: runId } = await retrain(house);
      await succeed(house, 2);
      return {
        house,
        version: 1,
        end: () => house.get(RejectRunService).execute({ runId, actor: 'key:bob', reason: 'no' }),
      };
    },
  },
  'the baseline of a run that goes on': {
    told: '(queued) compares its candidate with',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      const { id } = await runAfter(house, 'prepare');
      await succeed(house, 2);
      return { house, version: 1, end: cancel(id) };
    },
  },
  'the parent that a run warm-starts from': {
    told: '(queued) compares its candidate with',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      const trainers = learned.map(({ use, with: options }) => ({ use, with: { ...options, warm_start: true } }));
      await house.config.update({ trainers }, 'test');
      const run = await runAfter(house, 'train');
      const pieces = await house.pieces.ofRun(run.id);
      const { artifact } = (await house.models.version('coin', 1))!;
      expect(pieces.some(({ work }) => work.initial?.sha256 === artifact.sha256)).toBe(true);
      await succeed(house, 2);
      return { house, version: 1, end: cancel(run.id) };
    },
  },
  'the candidate of a run that goes on': {
    told: 'is the candidate of run',
    make: async () => {
      const house = await withChampion({ config: { gates } });
      const run = await runAfter(house, 'train');
      return { house, version: run.candidateVersion!, end: cancel(run.id) };
    },
  },
};

const remove = (house: Installation, version: number) => house.get(DeleteVersionService).execute({ ...why, version });
const retire = (house: Installation, keep: number) =>
  house.get(RetireVersionsService).execute('coin', keep, new AbortController().signal);
const there = async (house: Installation, version: number) =>
  (await house.models.version('coin', version))!.deletedAt === undefined;
const inUse = (told: string) => ({ code: 'version_in_use', message: expect.stringContaining(told) });

describe.each(Object.entries(needs))('%s', (_name, { told, make }) => {
  it('is deleted neither by a person, who is told why, nor by retention, which passes it over; afterwards by both', async () => {
    const { house, version, end } = await make();
    await expect(remove(house, version)).rejects.toMatchObject(inUse(told));
    await retire(house, 1);
    expect(await there(house, version)).toBe(true);
    await end(house);
    // Enough newer ones that it is old.
    await registerCoin(house, [2, 2]);
    await retire(house, 1);
    expect(await there(house, version)).toBe(false);
    expect(await remove(house, version)).toMatchObject({ version, deletedBy: retentionActor });
  });
});

describe('versions beyond the newest', () => {
  it('are deleted oldest first, told of like any deletion; what is needed stays and costs no newer one its place', async () => {
    const house = await withChampion({ config: { gates } });
    for (let n = 0; n < 6; n++) await registerCoin(house, [n, 0]);
    expect(await retire(house, 3)).toBe(3);
    const { items } = await house.models.versions('coin', { limit: 20 });
    expect(items.filter(({ deletedAt }) => !deletedAt).map(({ version }) => version)).toEqual([7, 6, 5, 1]);
    const events = await house.events.after(0, 1000, { types: ['version.deleted'] });
    const reason = 'older than the 3 newest (retention.versions)';
    expect(events).toMatchObject([2, 3, 4].map((version) => ({ actor: 'retention', payload: { version, reason } })));
    expect(await retire(house, 3)).toBe(0);
  });

  it('all stay while there are no more than are kept, and when the process is told to stop', async () => {
    const house = await withChampion({ config: { gates } });
    for (let n = 0; n < 3; n++) await registerCoin(house, [n, 0]);
    expect(await retire(house, 4)).toBe(0);
    const stopped = AbortSignal.abort();
    expect(await house.get(RetireVersionsService).execute('coin', 1, stopped)).toBe(0);
  });

  it('leave the quarantine of what they were: the same bytes are refused under another number', async () => {
    const house = await withChampion({ config: { gates } });
    await promote(house, await registerCoin(house, [3, 3]));
    await house.get(RollbackService).execute({ ...why, quarantine: true });
    const bad = (await house.models.version('coin', 2))!;
    for (const dataHash of ['other', 'rows']) {
      const { artifact } = (await house.models.version('coin', await registerCoin(house, [1, dataHash.length])))!;
      const { version } = await house.models.addVersion({
        model: 'coin',
        artifact,
        lineage: { ...bad.lineage, dataHash },
      });
      await promote(house, version);
    }
    await retire(house, 1);
    expect(await there(house, 2)).toBe(false);
    const same = { model: 'coin', artifact: bad.artifact, lineage: { ...bad.lineage, dataHash: 'third' } };
    const again = await house.models.addVersion(same);
    await expect(house.get(QuarantineGate).check(again)).rejects.toMatchObject({ code: 'version_quarantined' });
  });
});
