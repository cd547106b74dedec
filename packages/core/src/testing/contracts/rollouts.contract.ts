import type { ArmTally, NewRollout, RolloutLook } from '../../rollout/rollout.js';
import { aDeployment, aModelVersion, aRollout } from '../builders.js';
import { countedId } from '../counting-ids.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';

const now = at('02T12:00:00');
const ending = { status: 'promoted', at: now, asOf: now, by: 'system', reason: 'better' } as const;

/** What the rows of rollouts promise. */
export function describeRollouts(name: string, make: MakeWorld): void {
  describe(`Rollouts ${name}`, () => {
    const world = worldPerTest(make);

    beforeEach(async () => {
      for (const model of ['coin', 'other']) {
        await world().models.ensure(model, 'coin');
        for (let version = 1; version <= 2; version++) await world().models.addVersion(aModelVersion({ model }));
      }
    });

    /** A rollout that could start: its deployment is there. */
    async function proposed(overrides: Parameters<typeof aRollout>[0] = {}) {
      const deployment = await world().deployments.insert(aDeployment({ status: 'rolling_out', version: 2 }));
      return aRollout({ deploymentId: deployment.id, ...overrides });
    }

    const started = async (overrides: Parameters<typeof aRollout>[0] = {}) =>
      (await world().rollouts.insert(await proposed(overrides)))!;

    it('come back as they were started, at their first step', async () => {
      const rollout = await proposed({ runId: countedId(910), simulated: true, asOf: at('01T06:00:00.123') });
      const stored = await world().rollouts.insert(rollout);
      const fresh = { status: 'running', step: 0, stepSince: rollout.asOf, revision: 1 };
      expect(stored).toEqual({ ...rollout, ...fresh });
      expect(await world().rollouts.find(rollout.id)).toEqual(stored);
      expect(await world().rollouts.active('coin')).toEqual(stored);
      expect(await world().rollouts.ofDeployment(rollout.deploymentId)).toEqual(stored);
      expect(await world().rollouts.ofDeployment(countedId(911))).toBeUndefined();
      expect(await world().rollouts.find('not-an-id')).toBeUndefined();
      expect(await world().rollouts.find(countedId(911))).toBeUndefined();
    });

    it('are one per model while they run, however many race', async () => {
      const proposals: NewRollout[] = [];
      for (let index = 0; index < 10; index++) proposals.push(await proposed());
      const answers = await racing(10, (index) => world().rollouts.insert(proposals[index]!));
      expect(answers.filter((rollout) => rollout !== undefined)).toHaveLength(1);
      await started({ model: 'other' });
      expect((await world().rollouts.running()).map(({ model }) => model).sort()).toEqual(['coin', 'other']);
    });

    it('make room for the next one in the unit of work that ends them', async () => {
      const first = await started();
      const next = await proposed();
      await world().unitOfWork.transaction(async () => {
        await world().rollouts.end(first.id, 1, { ...ending, status: 'superseded' });
        expect(await world().rollouts.insert(next)).toBeDefined();
      });
      expect((await world().rollouts.active('coin'))?.id).toBe(next.id);
    });

    it('advance once from the revision that was seen', async () => {
      const { id } = await started();
      const step = { step: 1, share: 0.25, since: now };
      const answers = await racing(10, () => world().rollouts.advance(id, 1, step));
      const won = answers.filter((rollout) => rollout !== undefined);
      expect(won).toHaveLength(1);
      expect(won[0]).toMatchObject({ step: 1, share: 0.25, stepSince: now, revision: 2, status: 'running' });
      expect(await world().rollouts.find(id)).toEqual(won[0]);
      expect(await world().rollouts.advance('not-an-id', 1, step)).toBeUndefined();
    });

    it('end once, and nothing moves them afterwards', async () => {
      const { id } = await started();
      const statuses = ['promoted', 'rolled_back', 'aborted', 'undecided'] as const;
      const answers = await racing(8, (index) =>
        world().rollouts.end(id, 1, { ...ending, status: statuses[index % 4]! }),
      );
      const won = answers.filter((rollout) => rollout !== undefined);
      expect(won).toHaveLength(1);
      const facts = { endedAt: now, endedAsOf: now, endedBy: 'system', endReason: 'better', revision: 2 };
      expect(won[0]).toMatchObject(facts);
      for (const revision of [1, 2]) {
        expect(await world().rollouts.end(id, revision, ending)).toBeUndefined();
        expect(await world().rollouts.advance(id, revision, { step: 1, share: 1, since: now })).toBeUndefined();
      }
      expect(await world().rollouts.active('coin')).toBeUndefined();
      expect(await world().rollouts.running()).toEqual([]);
    });

    it('lose an end that saw an older step', async () => {
      const { id } = await started();
      await world().rollouts.advance(id, 1, { step: 1, share: 0.25, since: now });
      expect(await world().rollouts.end(id, 1, ending)).toBeUndefined();
      expect(await world().rollouts.end(id, 2, ending)).toMatchObject({ status: 'promoted', step: 1 });
    });

    it('are listed newest first, page by page', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 3; index++) {
        const { id } = await started();
        await world().rollouts.end(id, 1, ending);
        ids.unshift(id);
      }
      const first = await world().rollouts.list('coin', { limit: 2 });
      const second = await world().rollouts.list('coin', { limit: 2, cursor: first.nextCursor });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
      expect(second.nextCursor).toBeUndefined();
    });

    it('keep every look once, in order', async () => {
      const { id } = await started();
      const look = (number: number, outcomes: number): RolloutLook => ({
        ...{ rolloutId: id, number, at: now, asOf: at('01T00:00:00'), step: 0, share: 0.05, outcomes },
        ...{ verdict: 'continue', code: 'not_enough_evidence', reason: 'early', evidence: { e_value: 1.5 } },
      });
      expect(await world().rollouts.lastLook(id)).toBeUndefined();
      const answers = await racing(5, (index) => world().rollouts.addLook(look(1, index)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      await world().rollouts.addLook(look(2, 9));
      expect(await world().rollouts.lastLook(id)).toEqual(look(2, 9));
      const { items, nextCursor } = await world().rollouts.looks(id, { limit: 1 });
      expect(items).toEqual([look(2, 9)]);
      const older = await world().rollouts.looks(id, { limit: 1, cursor: nextCursor });
      expect(older.items).toEqual([look(1, answers.indexOf(true))]);
      expect((await world().rollouts.looks('not-an-id', { limit: 1 })).items).toEqual([]);
    });

    it('keep what each process has seen of each version; told twice or late it counts once', async () => {
      const { id } = await started();
      const tally = (overrides: Partial<ArmTally>): ArmTally => ({
        ...{ rolloutId: id, arm: 'challenger', process: countedId(920), requests: 5, errors: 1, dropped: 0 },
        ...{ latencies: [1, 2, 1], ...overrides },
      });
      await world().rollouts.saveTally(tally({}));
      await world().rollouts.saveTally(tally({ requests: 8, latencies: [3, 3, 1] }));
      await world().rollouts.saveTally(tally({}));
      await world().rollouts.saveTally(tally({ process: countedId(921) }));
      await world().rollouts.saveTally(tally({ arm: 'champion', errors: 0 }));
      const told = await world().rollouts.tallies(id);
      expect(told).toHaveLength(3);
      expect(told).toContainEqual(tally({ requests: 8, latencies: [3, 3, 1] }));
      expect(await world().rollouts.tallies('not-an-id')).toEqual([]);
    });
  });
}
