import { aRun } from '../builders.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';

const now = at('02T12:00:00');
const lease = at('02T12:01:00');
const missing = '99999999-9999-4999-8999-999999999999';

/** What the rows of runs promise. */
export function describeTrainingRuns(name: string, make: MakeWorld): void {
  describe(`TrainingRuns ${name}`, () => {
    const world = worldPerTest(make);

    async function aQueuedRun(model = 'coin') {
      await world().models.ensure(model, 'coin');
      return (await world().runs.insert(aRun({ model })))!;
    }

    async function aRunningRun(token = 'token', model = 'coin') {
      const run = await aQueuedRun(model);
      return (await world().runs.claim(run.id, token, now, lease, 99))!;
    }

    async function aWaitingRun() {
      const { id } = await aRunningRun();
      await world().runs.conclude(id, 'token', { status: 'awaiting_approval', at: now });
      return id;
    }

    describe('a request', () => {
      it('stores a queued run with everything that was asked', async () => {
        const request = aRun({
          triggers: ['data_drift', 'time_based'],
          reason: 'two features moved',
          forced: true,
          simulated: true,
          asOf: at('01T00:00:00.123'),
          predictionSeq: 41,
          configRevision: 7,
        });
        const stored = await world().runs.insert(request);
        const untouched = { status: 'queued', attempt: 0, progress: 0, coalesced: 0, outputs: {} };
        expect(stored).toEqual({ ...request, ...untouched });
        expect(await world().runs.find(request.id)).toEqual(stored);
      });

      it('is refused while a run is queued or running', async () => {
        const run = await aQueuedRun();
        expect(await world().runs.insert(aRun())).toBeUndefined();
        await world().runs.claim(run.id, 'token', now, lease, 1);
        expect(await world().runs.insert(aRun())).toBeUndefined();
        expect(await world().runs.count('coin')).toBe(1);
      });

      it('is accepted while another one waits for approval', async () => {
        const waiting = await aWaitingRun();
        const next = await world().runs.insert(aRun());
        expect(next?.status).toBe('queued');
        expect((await world().runs.awaitingApproval('coin')).map(({ id }) => id)).toEqual([waiting]);
      });

      it('makes one run when twenty race', async () => {
        const answers = await racing(20, () => world().runs.insert(aRun()));
        const made = answers.filter((run) => run !== undefined);
        expect(made).toHaveLength(1);
        expect(await world().runs.count('coin')).toBe(1);
        expect((await world().runs.active('coin'))?.id).toBe(made[0]!.id);
      });

      it('makes one run when twenty race inside units of work', async () => {
        const answers = await racing(20, () =>
          world().unitOfWork.transaction(async () => {
            const run = await world().runs.insert(aRun());
            if (run) {
              const payload = { triggers: [], reason: '', forced: false };
              await world().events.append({ type: 'run.requested', model: 'coin', actor: 'api', payload });
            }
            return run;
          }),
        );
        expect(answers.filter((run) => run !== undefined)).toHaveLength(1);
        expect(await world().events.after(0, 100)).toHaveLength(1);
      });

      it('does not hold the lock of another model', async () => {
        await aQueuedRun('coin');
        expect((await aQueuedRun('other')).status).toBe('queued');
      });

      it('is under way until it comes to rest, like those of other models', async () => {
        const [first, second] = [await aQueuedRun('other'), await aQueuedRun('coin')];
        await world().runs.claim(second.id, 'token', now, lease, 99);
        const ids = async () => (await world().runs.underWay()).map(({ id }) => id);
        expect(await ids()).toEqual([first.id, second.id]);
        await world().runs.conclude(second.id, 'token', { status: 'awaiting_approval', at: now });
        expect(await ids()).toEqual([first.id]);
      });
    });

    describe('a claim', () => {
      it('starts the first attempt under its token', async () => {
        const { id } = await aQueuedRun();
        const claimed = await world().runs.claim(id, 'first', now, lease, 1);
        const attempt = { status: 'running', attempt: 1, attemptToken: 'first', leaseUntil: lease, startedAt: now };
        expect(claimed).toMatchObject(attempt);
      });

      it('is refused for a run that is held, unknown or final', async () => {
        const { id } = await aRunningRun();
        expect(await world().runs.claim(id, 'second', now, lease, 9)).toBeUndefined();
        expect(await world().runs.claim(missing, 'second', now, lease, 9)).toBeUndefined();
        expect(await world().runs.claim('not-an-id', 'second', now, lease, 9)).toBeUndefined();
        await world().runs.conclude(id, 'token', { status: 'failed', at: now });
        expect(await world().runs.claim(id, 'second', now, lease, 9)).toBeUndefined();
      });

      it('is won by one of twenty', async () => {
        const { id } = await aQueuedRun();
        const answers = await racing(20, (index) => world().runs.claim(id, `token-${index}`, now, lease, 9));
        const won = answers.filter((run) => run !== undefined);
        expect(won).toHaveLength(1);
        const run = await world().runs.find(id);
        expect(run).toMatchObject({ attempt: 1, attemptToken: won[0]!.attemptToken });
      });

      it('takes over when the lease has run out, and fences the attempt before', async () => {
        const { id } = await aRunningRun('old');
        expect(await world().runs.claim(id, 'new', at('02T12:00:59.999'), at('02T12:05:00'), 1)).toBeUndefined();
        const taken = await world().runs.claim(id, 'new', lease, at('02T12:05:00'), 1);
        expect(taken).toMatchObject({ attempt: 2, attemptToken: 'new', startedAt: now });
        expect(await world().runs.heartbeat(id, 'old', at('02T13:00:00'), 0.5)).toBeUndefined();
        expect(await world().runs.beginStage(id, 'old', 'train')).toBe(false);
        expect(await world().runs.completeStage(id, 'old', 'train', {})).toBe(false);
        expect(await world().runs.setCandidate(id, 'old', 2)).toBe(false);
        expect(await world().runs.requeue(id, 'old', now)).toBe(false);
        expect(await world().runs.conclude(id, 'old', { status: 'failed', at: now })).toBe(false);
        expect(await world().runs.find(id)).toEqual(taken);
      });

      it('waits for notBefore', async () => {
        const { id } = await aRunningRun();
        await world().runs.requeue(id, 'token', at('02T12:00:30'));
        expect(await world().runs.claim(id, 'next', at('02T12:00:29.999'), lease, 1)).toBeUndefined();
        const next = await world().runs.claim(id, 'next', at('02T12:00:30'), lease, 1);
        expect(next).toMatchObject({ attempt: 2 });
        expect(next?.notBefore).toBeUndefined();
      });

      it('is refused when the limit over all models is reached', async () => {
        await aRunningRun('token', 'coin');
        const second = await aQueuedRun('other');
        expect(await world().runs.claim(second.id, 'token', now, lease, 1)).toBeUndefined();
        expect((await world().runs.find(second.id))?.status).toBe('queued');
        expect(await world().runs.claim(second.id, 'token', now, lease, 2)).toBeDefined();
      });
    });

    describe('a running attempt', () => {
      it('extends its lease and tells its progress', async () => {
        const { id } = await aRunningRun();
        const run = await world().runs.heartbeat(id, 'token', at('02T12:02:00'), 0.25);
        expect(run).toMatchObject({ leaseUntil: at('02T12:02:00'), progress: 0.25 });
      });

      it('keeps the output of each completed stage', async () => {
        const { id } = await aRunningRun();
        expect(await world().runs.beginStage(id, 'token', 'backup')).toBe(true);
        expect((await world().runs.find(id))?.stage).toBe('backup');
        expect(await world().runs.completeStage(id, 'token', 'backup', { path: 'a' })).toBe(true);
        await world().runs.beginStage(id, 'token', 'prepare');
        await world().runs.completeStage(id, 'token', 'prepare', { rows: 3 });
        const run = await world().runs.find(id);
        expect(run?.outputs).toEqual({ backup: { path: 'a' }, prepare: { rows: 3 } });
      });

      it('hands the run back with its outputs and the reason', async () => {
        const { id } = await aRunningRun();
        const failure = { code: 'database_unavailable', message: 'away', stage: 'train', retryable: true } as const;
        await world().runs.completeStage(id, 'token', 'backup', { path: 'a' });
        expect(await world().runs.requeue(id, 'token', at('02T12:10:00'), failure)).toBe(true);
        const run = await world().runs.find(id);
        expect(run).toMatchObject({ status: 'queued', notBefore: at('02T12:10:00'), failure, attempt: 1 });
        expect(run?.attemptToken).toBeUndefined();
        expect(run?.outputs).toEqual({ backup: { path: 'a' } });
        expect(await world().runs.insert(aRun())).toBeUndefined();
      });

      it('is concluded once', async () => {
        const { id } = await aRunningRun();
        await world().runs.setCandidate(id, 'token', 4);
        const conclusion = { status: 'rejected', at: now, result: { success: true, deployed: false } } as const;
        expect(await racing(5, () => world().runs.conclude(id, 'token', conclusion))).toEqual(
          expect.arrayContaining([true, false, false, false, false]),
        );
        const run = await world().runs.find(id);
        expect(run).toMatchObject({ ...{ status: 'rejected', finishedAt: now, candidateVersion: 4 } });
        expect(run?.result).toEqual({ success: true, deployed: false });
        expect(await world().runs.active('coin')).toBeUndefined();
        expect(await world().runs.insert(aRun())).toBeDefined();
      });

      it('is not finished while it waits for a person', async () => {
        const id = await aWaitingRun();
        expect((await world().runs.find(id))?.finishedAt).toBeUndefined();
      });
    });

    describe('a decision', () => {
      it('ends a waiting run once', async () => {
        const id = await aWaitingRun();
        const statuses = ['deployed', 'rejected', 'cancelled', 'deployed', 'rejected'] as const;
        const answers = await racing(5, (index) =>
          world().runs.decide(id, 'awaiting_approval', { status: statuses[index]!, at: now, result: { by: index } }),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
        const run = await world().runs.find(id);
        const winner = answers.indexOf(true);
        expect(run).toMatchObject({ status: statuses[winner], finishedAt: now, result: { by: winner } });
      });

      it('keeps the result when it brings none, and touches no run that is not waiting', async () => {
        const { id } = await aRunningRun();
        expect(await world().runs.decide(id, 'awaiting_approval', { status: 'deployed', at: now })).toBe(false);
        await world().runs.conclude(id, 'token', { status: 'awaiting_approval', at: now, result: { kept: true } });
        expect(await world().runs.decide(id, 'awaiting_approval', { status: 'rejected', at: now })).toBe(true);
        expect((await world().runs.find(id))?.result).toEqual({ kept: true });
        expect(await world().runs.decide('not-an-id', 'awaiting_approval', { status: 'rejected', at: now })).toBe(
          false,
        );
      });
    });

    describe('a rollout of its candidate', () => {
      it('parks a run without the lock until it is decided, once and from where it was seen', async () => {
        const id = await aWaitingRun();
        const rolling = { status: 'rolling_out', at: now } as const;
        expect(await world().runs.decide(id, 'rolling_out', { status: 'deployed', at: now })).toBe(false);
        expect(await world().runs.decide(id, 'awaiting_approval', rolling)).toBe(true);
        expect((await world().runs.find(id))?.finishedAt).toBeUndefined();
        expect((await world().runs.rollingOut()).map((run) => run.id)).toEqual([id]);
        expect(await world().runs.insert(aRun())).toBeDefined();
        const ends = await racing(5, () => world().runs.decide(id, 'rolling_out', { status: 'deployed', at: now }));
        expect(ends.filter(Boolean)).toHaveLength(1);
        expect(await world().runs.find(id)).toMatchObject({ status: 'deployed', finishedAt: now });
        expect(await world().runs.rollingOut()).toEqual([]);
      });

      it('follows a running run that nobody needs to approve', async () => {
        const { id } = await aRunningRun();
        expect(await world().runs.conclude(id, 'token', { status: 'rolling_out', at: now })).toBe(true);
        expect(await world().runs.active('coin')).toBeUndefined();
      });
    });

    describe('a cancellation', () => {
      it('ends a queued run at once', async () => {
        const { id } = await aQueuedRun();
        const run = await world().runs.requestCancel(id, 'api', 'not now', now);
        const cancelled = { status: 'cancelled', finishedAt: now, cancelRequested: { by: 'api', reason: 'not now' } };
        expect(run).toMatchObject(cancelled);
        expect(await world().runs.claim(id, 'token', now, lease, 1)).toBeUndefined();
        expect(await world().runs.insert(aRun())).toBeDefined();
      });

      it('asks a running one, which hears of it with its next heartbeat; the first reason stays', async () => {
        const { id } = await aRunningRun();
        const asked = await world().runs.requestCancel(id, 'api', 'first', now);
        expect(asked?.status).toBe('running');
        await world().runs.requestCancel(id, 'cli', 'second', now);
        const run = await world().runs.heartbeat(id, 'token', at('02T12:02:00'), 0);
        expect(run?.cancelRequested).toEqual({ by: 'api', reason: 'first' });
        expect(run?.finishedAt).toBeUndefined();
      });

      it('answers nothing for a run that is neither', async () => {
        expect(await world().runs.requestCancel(await aWaitingRun(), 'api', '', now)).toBeUndefined();
        expect(await world().runs.requestCancel(missing, 'api', '', now)).toBeUndefined();
        expect(await world().runs.requestCancel('not-an-id', 'api', '', now)).toBeUndefined();
      });
    });

    it('counts every firing that met it, also when many come at once', async () => {
      const { id } = await aRunningRun();
      await racing(10, () => world().runs.coalesce(id));
      expect((await world().runs.find(id))?.coalesced).toBe(10);
      await world().runs.coalesce(missing);
    });

    it('finds what the queue may have lost: due and queued, or held by the dead', async () => {
      const queued = await aQueuedRun('queued');
      const dead = await aRunningRun('token', 'dead');
      const later = await aRunningRun('token', 'later');
      await world().runs.requeue(later.id, 'token', at('02T12:30:00'));
      await world().runs.conclude((await aRunningRun('token', 'done')).id, 'token', { status: 'failed', at: now });
      const idsInTurn = async (time: Date, most: number) => (await world().runs.inTurn(time, most)).map(({ id }) => id);
      expect(await idsInTurn(now, 9)).toEqual([queued.id]);
      expect(await idsInTurn(lease, 9)).toEqual([queued.id, dead.id]);
      expect(await idsInTurn(at('02T12:30:00'), 9)).toEqual([queued.id, dead.id, later.id]);
      // Places that live leases hold are not free.
      expect(await idsInTurn(now, 1)).toEqual([]);
      expect(await idsInTurn(now, 2)).toEqual([queued.id]);
      expect(await idsInTurn(at('02T12:30:00'), 2)).toEqual([queued.id, dead.id]);
      expect(await idsInTurn(now, 0)).toEqual([]);
    });

    it('lists newest first, page by page', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 5; index++) {
        const { id } = await aRunningRun();
        await world().runs.conclude(id, 'token', { status: 'failed', at: now });
        ids.unshift(id);
      }
      await aQueuedRun('other');
      const first = await world().runs.list('coin', { limit: 2 });
      const second = await world().runs.list('coin', { limit: 2, cursor: first.nextCursor });
      const third = await world().runs.list('coin', { limit: 2, cursor: second.nextCursor });
      expect([...first.items, ...second.items, ...third.items].map(({ id }) => id)).toEqual(ids);
      expect(third.nextCursor).toBeUndefined();
      expect((await world().runs.latest('coin'))?.id).toBe(ids[0]);
      expect((await world().runs.list(undefined, { limit: 50 })).items).toHaveLength(6);
      await expect(world().runs.list('coin', { limit: 2, cursor: 'x' })).rejects.toMatchObject({
        code: 'invalid_cursor',
      });
    });
  });
}
