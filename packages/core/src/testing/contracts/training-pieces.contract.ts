import type { NewTrainingPiece, PieceWork } from '../../piece/training-piece.js';
import { aPiece, aRun } from '../builders.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';

const now = at('02T12:00:00');
const lease = at('02T12:01:00');
const later = at('02T12:02:00');
const missing = '99999999-9999-4999-8999-999999999999';
const artifact = { uri: 'memory:a', sha256: 'a'.repeat(64), bytes: 3 };
const failure = { code: 'fitting_failed', message: 'It failed.', stage: 'train', retryable: false } as const;

/** What the rows of pieces promise. */
export function describeTrainingPieces(name: string, make: MakeWorld): void {
  describe(`TrainingPieces ${name}`, () => {
    const world = worldPerTest(make);

    async function aRunOf(model = 'coin') {
      await world().models.ensure(model, 'coin');
      const run = (await world().runs.insert(aRun({ model })))!;
      return (await world().runs.claim(run.id, 'run-token', now, lease, 99))!;
    }

    async function withPieces(pieces: readonly NewTrainingPiece[], model?: string) {
      const run = await aRunOf(model);
      await world().pieces.add(run, pieces, now);
      return run;
    }

    async function aHeldPiece(token = 'token') {
      const piece = aPiece();
      const run = await withPieces([piece]);
      await world().pieces.claim(piece.id, token, now, lease);
      return { run, id: piece.id, key: piece.key };
    }

    it('are added once per run and key, and kept in their order', async () => {
      const pieces = ['c', 'a', 'b'].map((key) => aPiece({ key }));
      const run = await withPieces(pieces);
      await world().pieces.add(run, [aPiece({ key: 'a' }), aPiece({ key: 'd' })], later);
      const found = await world().pieces.ofRun(run.id);
      expect(found.map(({ key }) => key)).toEqual(['c', 'a', 'b', 'd']);
      const fresh = { runId: run.id, model: 'coin', status: 'queued', attempt: 0, progress: 0, cached: false };
      expect(found[1]).toEqual({ ...pieces[1], ...fresh, createdAt: now });
      expect(await world().pieces.find(pieces[1]!.id)).toEqual(found[1]);
      expect(await world().pieces.find(missing)).toBeUndefined();
      expect(await world().pieces.find('not-an-id')).toBeUndefined();
      expect(await world().pieces.ofRun(missing)).toEqual([]);
    });

    it('keep their work as it was given', async () => {
      const work: PieceWork = {
        ...aPiece().work,
        judged: { from: 100, to: 140 },
        recipe: { use: 'tiny_softmax', with: { steps: 3, deep: { list: [1, 'a', null] } } },
        initial: artifact,
      };
      const piece = aPiece({ work });
      await withPieces([piece]);
      expect((await world().pieces.find(piece.id))?.work).toEqual(work);
    });

    it('are added once when ten race', async () => {
      const run = await aRunOf();
      await racing(10, () => world().pieces.add(run, [aPiece({ key: 'a' }), aPiece({ key: 'b' })], now));
      expect((await world().pieces.ofRun(run.id)).map(({ key }) => key).sort()).toEqual(['a', 'b']);
    });

    describe('a claim', () => {
      it('takes a queued piece under its token', async () => {
        const { id } = await aHeldPiece();
        const held = { status: 'running', attempt: 1, attemptToken: 'token', leaseUntil: lease, startedAt: now };
        expect(await world().pieces.find(id)).toMatchObject(held);
        expect(await world().pieces.claim(id, 'other', now, lease)).toBeUndefined();
        expect(await world().pieces.claim(missing, 'other', now, lease)).toBeUndefined();
        expect(await world().pieces.claim('not-an-id', 'other', now, lease)).toBeUndefined();
      });

      it('is won by one of twenty', async () => {
        const piece = aPiece();
        await withPieces([piece]);
        const answers = await racing(20, (index) => world().pieces.claim(piece.id, `token-${index}`, now, lease));
        expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
      });

      it('takes over when the lease has run out, and fences the attempt before', async () => {
        const { id } = await aHeldPiece('old');
        expect(await world().pieces.claim(id, 'new', at('02T12:00:59.999'), later)).toBeUndefined();
        const taken = await world().pieces.claim(id, 'new', lease, later);
        expect(taken).toMatchObject({ attempt: 2, attemptToken: 'new', startedAt: lease, progress: 0 });
        expect(await world().pieces.heartbeat(id, 'old', later, 0.9)).toBe(false);
        expect(await world().pieces.complete(id, 'old', later, { outcome: artifact })).toBe(false);
        expect(await world().pieces.fail(id, 'old', later, failure)).toBe(false);
        expect(await world().pieces.handBack(id, 'old')).toBe(false);
        expect(await world().pieces.find(id)).toEqual(taken);
      });

      it.each(['cancelled', 'over'] as const)('is refused when the run is %s', async (how) => {
        const piece = aPiece();
        const run = await withPieces([piece]);
        if (how === 'cancelled') await world().runs.requestCancel(run.id, 'api', 'no', now);
        else await world().runs.conclude(run.id, 'run-token', { status: 'failed', at: now });
        expect(await world().pieces.claim(piece.id, 'token', now, lease)).toBeUndefined();
      });

      it('goes on while the run waits for another trainer', async () => {
        const piece = aPiece();
        const run = await withPieces([piece]);
        await world().runs.requeue(run.id, 'run-token', later);
        expect(await world().pieces.claim(piece.id, 'token', now, lease)).toBeDefined();
        expect(await world().pieces.heartbeat(piece.id, 'token', later, 0)).toBe(true);
      });
    });

    describe('the next claim over all runs', () => {
      const minute = (count: number) => at(`02T12:${String(count).padStart(2, '0')}:00`);
      const pieces = (count: number) => Array.from({ length: count }, () => aPiece());
      const next = (token: string, time: Date) => world().pieces.claimNext(token, time, at('02T13:00:00'));
      const done = (piece: { readonly id: string }, token: string) =>
        world().pieces.complete(piece.id, token, later, { outcome: artifact });

      it('takes turns between a run of many pieces and a run of two, each in its own order', async () => {
        const many = await withPieces(pieces(9), 'many');
        await next('first', minute(1));
        await done((await world().pieces.ofRun(many.id))[0]!, 'first');
        const few = await withPieces(pieces(2), 'few');
        const taken: string[] = [];
        for (let turn = 0; turn < 6; turn++) {
          const piece = (await next(`turn-${turn}`, minute(2 + turn)))!;
          taken.push(piece.runId);
          await done(piece, `turn-${turn}`);
        }
        expect(taken).toEqual([few.id, many.id, few.id, many.id, many.id, many.id]);
        const inOrder = (await world().pieces.ofRun(many.id)).map(({ status }) => status);
        expect(inOrder).toEqual([...Array<string>(5).fill('fitted'), ...Array<string>(4).fill('queued')]);
      });

      it('is for the run on which the fewest work; the dead do not count, and what they held is to be had', async () => {
        const many = await withPieces(pieces(5), 'many');
        for (const token of ['a', 'b', 'c']) await next(token, minute(1));
        const few = await withPieces(pieces(4), 'few');
        const runs = [];
        for (const token of ['d', 'e', 'f']) runs.push((await next(token, minute(2)))?.runId);
        expect(runs).toEqual([few.id, few.id, few.id]);
        const overdue = at('02T14:00:00');
        const again = await world().pieces.claimNext('g', overdue, at('02T15:00:00'));
        expect(again).toMatchObject({ runId: many.id, attempt: 2, attemptToken: 'g', startedAt: overdue });
      });

      it('shares evenly between two runs when twelve trainers race, and gives no piece twice', async () => {
        const runs = [await withPieces(pieces(30), 'many'), await withPieces(pieces(6), 'few')];
        const taken = await racing(12, (index) => next(`token-${index}`, minute(1)));
        expect(new Set(taken.map((piece) => piece?.id)).size).toBe(12);
        for (const { id } of runs) expect(taken.filter((piece) => piece?.runId === id)).toHaveLength(6);
      });

      it('leaves out what is done and what its run does not want any more', async () => {
        const cancelled = await withPieces(pieces(1), 'cancelled');
        await world().runs.requestCancel(cancelled.id, 'api', 'no', now);
        expect(await next('token', minute(1))).toBeUndefined();
        await withPieces(pieces(1), 'wanted');
        const piece = (await next('token', minute(1)))!;
        expect(await next('other', minute(1))).toBeUndefined();
        await done(piece, 'token');
        expect(await next('other', minute(1))).toBeUndefined();
      });
    });

    describe('a held piece', () => {
      it('extends its lease and tells its progress', async () => {
        const { id } = await aHeldPiece();
        expect(await world().pieces.heartbeat(id, 'token', later, 0.25)).toBe(true);
        expect(await world().pieces.find(id)).toMatchObject({ leaseUntil: later, progress: 0.25 });
      });

      it.each(['cancelled', 'over', 'withdrawn'] as const)('hears that it is not wanted: %s', async (how) => {
        const { run, id, key } = await aHeldPiece();
        if (how === 'cancelled') await world().runs.requestCancel(run.id, 'api', 'no', now);
        else if (how === 'over') await world().runs.conclude(run.id, 'run-token', { status: 'failed', at: now });
        else await world().pieces.withdraw(run.id, [key]);
        expect(await world().pieces.heartbeat(id, 'token', later, 0.5)).toBe(false);
      });

      it('is completed once', async () => {
        const { id } = await aHeldPiece();
        const result = { outcome: artifact, artifact: { ...artifact, bytes: 4 } };
        const answers = await racing(5, () => world().pieces.complete(id, 'token', later, result));
        expect(answers.filter(Boolean)).toHaveLength(1);
        const piece = await world().pieces.find(id);
        expect(piece).toMatchObject({ status: 'fitted', progress: 1, finishedAt: later, result, startedAt: now });
        expect(piece?.attemptToken).toBeUndefined();
        expect(piece?.leaseUntil).toBeUndefined();
        expect(await world().pieces.claim(id, 'next', at('03T00:00:00'), at('03T01:00:00'))).toBeUndefined();
      });

      it('fails for good, and stays failed when it is added again', async () => {
        const { run, id, key } = await aHeldPiece();
        expect(await world().pieces.fail(id, 'token', later, failure)).toBe(true);
        await world().pieces.add(run, [aPiece({ key })], later);
        expect(await world().pieces.find(id)).toMatchObject({ status: 'failed', failure, finishedAt: later });
      });

      it('whose failure may pass waits again when it is added again', async () => {
        const { run, id, key } = await aHeldPiece();
        await world().pieces.fail(id, 'token', later, { ...failure, retryable: true });
        await world().pieces.add(run, [aPiece({ key })], later);
        const piece = (await world().pieces.find(id))!;
        expect(piece).toMatchObject({ status: 'queued', attempt: 0, progress: 0 });
        for (const field of ['failure', 'startedAt', 'finishedAt'] as const) expect(piece[field]).toBeUndefined();
      });

      it('is put back as if it had not been taken', async () => {
        const { id } = await aHeldPiece();
        await world().pieces.heartbeat(id, 'token', later, 0.7);
        expect(await world().pieces.handBack(id, 'token')).toBe(true);
        const piece = (await world().pieces.find(id))!;
        expect(piece).toMatchObject({ status: 'queued', attempt: 0, progress: 0 });
        for (const field of ['attemptToken', 'leaseUntil', 'startedAt'] as const) expect(piece[field]).toBeUndefined();
      });
    });

    describe('a result', () => {
      async function aFittedPiece(key: string, model = 'coin') {
        const piece = aPiece({ key });
        await withPieces([piece], model);
        await world().pieces.claim(piece.id, 'token', now, lease);
        await world().pieces.complete(piece.id, 'token', later, { outcome: artifact });
      }

      it('is taken over by pieces of the same key, also of other models', async () => {
        await aFittedPiece('a');
        const run = await withPieces([aPiece({ key: 'a' }), aPiece({ key: 'b' })], 'other');
        const [same, different] = await world().pieces.ofRun(run.id);
        expect(same).toMatchObject({ status: 'fitted', cached: true, attempt: 0, result: { outcome: artifact } });
        expect(different).toMatchObject({ status: 'queued', cached: false });
      });

      it('that is forgotten is gone from every run', async () => {
        await aFittedPiece('a');
        const run = await withPieces([aPiece({ key: 'a' })], 'other');
        await world().pieces.forget('a');
        expect(await world().pieces.ofRun(run.id)).toEqual([]);
        await world().pieces.add(run, [aPiece({ key: 'a' })], later);
        expect(await world().pieces.ofRun(run.id)).toMatchObject([{ status: 'queued', cached: false }]);
      });

      it('is not withdrawn', async () => {
        await aFittedPiece('a');
        const run = await withPieces([aPiece({ key: 'a' }), aPiece({ key: 'b' }), aPiece({ key: 'c' })], 'other');
        await world().pieces.withdraw(run.id, ['a', 'b']);
        expect((await world().pieces.ofRun(run.id)).map(({ key }) => key)).toEqual(['a', 'c']);
      });
    });
  });
}
