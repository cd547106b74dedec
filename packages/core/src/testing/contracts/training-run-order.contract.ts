import type { TrainingRun } from '../../run/training-run.js';
import { aRun } from '../builders.js';
import { at, pause, racing, worldPerTest, type MakeWorld } from './contract-world.js';

const now = at('02T12:00:00');
const lease = at('02T12:01:00');

/** What the rows of runs promise about whose turn it is. */
export function describeTrainingRunOrder(name: string, make: MakeWorld): void {
  describe(`A claim among the TrainingRuns ${name}`, () => {
    const world = worldPerTest(make);

    async function aQueuedRun(model: string) {
      await world().models.ensure(model, 'coin');
      return (await world().runs.insert(aRun({ model })))!;
    }

    async function aRunningRun(token: string, model: string) {
      const run = await aQueuedRun(model);
      return (await world().runs.claim(run.id, token, now, lease, 99))!;
    }

    async function queuedRuns(count: number) {
      const queued: TrainingRun[] = [];
      for (let index = 0; index < count; index++) queued.push(await aQueuedRun(`model-${index}`));
      return queued;
    }

    it('is for a run whose lease has run out before those that were requested later', async () => {
      const dead = await aRunningRun('token', 'coin');
      const second = await aQueuedRun('other');
      expect(await world().runs.claim(second.id, 'token', lease, at('02T12:05:00'), 1)).toBeUndefined();
      expect(await world().runs.claim(second.id, 'token', lease, at('02T12:05:00'), 2)).toBeDefined();
      expect(await world().runs.claim(dead.id, 'next', lease, at('02T12:05:00'), 2)).toBeDefined();
    });

    it('is for the oldest requests that are due, as many as there is room for', async () => {
      const runs = await queuedRuns(4);
      const [first, second, third, fourth] = runs.map(({ id }) => id) as [string, string, string, string];
      const claim = (id: string, time = now) => world().runs.claim(id, `token-${id}`, time, lease, 2);
      expect(await claim(third)).toBeUndefined();
      expect(await claim(second)).toBeDefined();
      expect(await claim(third)).toBeUndefined();
      expect(await claim(first)).toBeDefined();
      // One that backs off lets the others pass, and is the first again when it is due.
      await world().runs.requeue(first, `token-${first}`, at('02T12:00:30'));
      expect(await claim(fourth)).toBeUndefined();
      expect(await claim(third)).toBeDefined();
      await world().runs.conclude(third, `token-${third}`, { status: 'failed', at: now });
      expect(await claim(fourth, at('02T12:00:30'))).toBeUndefined();
      expect(await claim(first, at('02T12:00:30'))).toBeDefined();
      await world().runs.conclude(second, `token-${second}`, { status: 'failed', at: now });
      expect(await claim(fourth, at('02T12:00:30'))).toBeDefined();
    });

    it('goes to a model that asks again and again no sooner than to those that wait', async () => {
      const eager = await aRunningRun('token', 'eager');
      const patient = await aQueuedRun('patient');
      await world().runs.conclude(eager.id, 'token', { status: 'failed', at: now });
      const again = await aQueuedRun('eager');
      expect(await world().runs.claim(again.id, 'token', now, lease, 1)).toBeUndefined();
      expect(await world().runs.claim(patient.id, 'token', now, lease, 1)).toBeDefined();
    });

    it('keeps the order of requests however four trainers race', async () => {
      const queued = (await queuedRuns(12)).map(({ id }) => id);
      const begun: string[] = [];
      const held = new Set<string>();
      let most = 0;
      await racing(4, async (trainer) => {
        for (let tries = 0; begun.length < queued.length && tries < 400; tries++) {
          // Each asks for runs in an order of its own, as jobs come in any.
          const id = queued[(tries * 5 + trainer * 3) % queued.length]!;
          const token = `token-${trainer}-${tries}`;
          const run = await world().runs.claim(id, token, now, lease, 2);
          if (!run) continue;
          begun.push(id);
          most = Math.max(most, held.add(id).size);
          await pause(trainer);
          held.delete(id);
          await world().runs.conclude(id, token, { status: 'failed', at: now });
        }
      });
      expect(most).toBeLessThanOrEqual(2);
      // With two places a run may begin while one that is older has not: that one has the other place.
      expect(begun).toHaveLength(queued.length);
      for (const [place, id] of begun.entries()) {
        const older = queued.slice(0, queued.indexOf(id));
        expect(older.filter((one) => !begun.slice(0, place).includes(one)).length).toBeLessThanOrEqual(1);
      }
    });

    it('keeps the limit when the runs of ten models race', async () => {
      const queued = await queuedRuns(10);
      // Claims of units of work that linger before they commit: nobody sees those of the others.
      const answers = await racing(20, (index) =>
        world().unitOfWork.transaction(async () => {
          const run = await world().runs.claim(queued[index % 10]!.id, `token-${index}`, now, lease, 3);
          await pause(5);
          return run;
        }),
      );
      const won = answers.flatMap((run) => (run ? [run.id] : []));
      expect(won.sort()).toEqual(
        queued
          .slice(0, 3)
          .map(({ id }) => id)
          .sort(),
      );
    });
  });
}
