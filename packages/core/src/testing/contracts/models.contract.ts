import { moveHash } from '../../model/alias-ledger.js';
import type { MoveAlias } from '../../model/models.port.js';
import { aModelVersion } from '../builders.js';
import { countedId } from '../counting-ids.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';

/** What the registry promises. */
export function describeModels(name: string, make: MakeWorld): void {
  describe(`Models ${name}`, () => {
    const world = worldPerTest(make);

    const move = (overrides: Partial<MoveAlias> = {}): MoveAlias => ({
      ...{ model: 'coin', alias: 'champion', version: 1, expectedRevision: 0 },
      ...{ actor: 'api', reason: 'better', asOf: at('01T00:00:00') },
      ...overrides,
    });

    it('keeps a model as it was first registered', async () => {
      const stored = await world().models.ensure('dice', 'dice');
      expect(stored).toMatchObject({ name: 'dice', definition: 'dice', createdAt: world().clock.now() });
      world().clock.advance({ days: 1 });
      expect(await world().models.ensure('dice', 'another')).toEqual(stored);
      expect(await world().models.find('dice')).toEqual(stored);
      expect(await world().models.find('unknown')).toBeUndefined();
      expect((await world().models.list()).map((model) => model.name)).toEqual(['coin', 'dice']);
    });

    it('registers a model once when ten race', async () => {
      const stored = await racing(10, () => world().models.ensure('dice', 'dice'));
      expect(new Set(stored.map(({ createdAt }) => createdAt.getTime())).size).toBe(1);
    });

    it('tells whether monitoring was changed', async () => {
      const { monitoring } = (await world().models.find('coin'))!;
      expect(await world().models.setMonitoring('coin', !monitoring)).toBe(true);
      expect(await world().models.setMonitoring('coin', !monitoring)).toBe(false);
      expect((await world().models.find('coin'))?.monitoring).toBe(!monitoring);
      expect(await world().models.setMonitoring('unknown', true)).toBe(false);
    });

    describe('versions', () => {
      it('are numbered per model and come back as they were stored', async () => {
        await world().models.ensure('dice', 'dice');
        const complete = aModelVersion({
          runId: countedId(900),
          artifact: { uri: 'file:a', sha256: 'a'.repeat(64), bytes: 123 },
          evaluation: {
            ...{ rows: 10, from: at('01T00:00:00'), until: at('02T00:00:00.5') },
            metrics: { accuracy: 0.5 },
          },
          featureProfile: { rows: 3, columns: [] },
          referenceSample: { uri: 'file:b', sha256: 'b'.repeat(64), bytes: 45 },
        });
        const first = await world().models.addVersion(complete);
        expect(first).toEqual({ ...complete, version: 1, id: expect.any(String), createdAt: world().clock.now() });
        expect((await world().models.addVersion(aModelVersion())).version).toBe(2);
        expect((await world().models.addVersion(aModelVersion({ model: 'dice' }))).version).toBe(1);
        expect(await world().models.version('coin', 1)).toEqual(first);
        expect(await world().models.versionOfRun(countedId(900))).toEqual(first);
        expect(await world().models.version('coin', 3)).toBeUndefined();
        expect(await world().models.versionOfRun('not-an-id')).toBeUndefined();
      });

      it('of one run are one, however often and concurrently they are added', async () => {
        const added = await racing(10, () => world().models.addVersion(aModelVersion({ runId: countedId(901) })));
        expect(new Set(added.map(({ id }) => id)).size).toBe(1);
        expect((await world().models.versions('coin', { limit: 10 })).items).toHaveLength(1);
      });

      it('get different numbers when ten race', async () => {
        const added = await racing(10, () => world().models.addVersion(aModelVersion()));
        const numbers = added.map(({ version }) => version).sort((a, b) => a - b);
        expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        const page = await world().models.versions('coin', { limit: 4 });
        expect(page.items.map(({ version }) => version)).toEqual([10, 9, 8, 7]);
        const next = await world().models.versions('coin', { limit: 4, cursor: page.nextCursor });
        expect(next.items.map(({ version }) => version)).toEqual([6, 5, 4, 3]);
      });

      it('are deleted once when five race, stay as a row, and take no alias any more', async () => {
        await world().models.addVersion(aModelVersion());
        const kept = await world().models.addVersion(aModelVersion());
        const marked = await racing(5, () => world().models.markDeleted('coin', 2, 'key:ann'));
        const gone = { ...kept, deletedAt: world().clock.now(), deletedBy: 'key:ann' };
        expect(marked.filter((version) => version !== undefined)).toEqual([gone]);
        expect(await world().models.version('coin', 2)).toEqual(gone);
        expect((await world().models.versions('coin', { limit: 1 })).items).toEqual([gone]);
        const refused = { kind: 'conflict', code: 'version_deleted' };
        await expect(world().models.moveAlias(move({ version: 2 }))).rejects.toMatchObject(refused);
        const hold = (version: number) => world().unitOfWork.transaction(() => world().models.hold('coin', version));
        await expect(hold(2)).rejects.toMatchObject(refused);
        await expect(hold(9)).rejects.toMatchObject({ code: 'unknown_version' });
        expect((await hold(1)).version).toBe(1);
        expect(await world().models.markDeleted('coin', 9, 'key:ann')).toBeUndefined();
        expect((await world().models.addVersion(aModelVersion())).version).toBe(3);
      });

      it('are not deleted while somebody holds them', async () => {
        const { models, unitOfWork } = world();
        await models.addVersion(aModelVersion());
        const order: string[] = [];
        let held!: () => void;
        const holding = new Promise<void>((resolve) => (held = resolve));
        const work = unitOfWork.transaction(async () => {
          await models.hold('coin', 1);
          held();
          await new Promise((resolve) => setTimeout(resolve, 50));
          order.push('let go');
        });
        await holding;
        const deleting = models.markDeleted('coin', 1, 'key:ann').then(() => order.push('deleted'));
        await Promise.all([work, deleting]);
        expect(order).toEqual(['let go', 'deleted']);
      });

      it('belong to a registered model', async () => {
        await expect(world().models.addVersion(aModelVersion({ model: 'unknown' }))).rejects.toMatchObject({
          code: 'unknown_model',
        });
      });
    });

    describe('an alias', () => {
      beforeEach(async () => {
        for (let version = 1; version <= 3; version++) await world().models.addVersion(aModelVersion());
      });

      it('moves from the revision that was seen and remembers the move', async () => {
        expect(await world().models.alias('coin', 'champion')).toBeUndefined();
        const first = await world().models.moveAlias(move({ deploymentId: countedId(902) }));
        expect(first).toEqual({
          ...{ model: 'coin', alias: 'champion', version: 1, revision: 1 },
          movedAt: world().clock.now(),
        });
        expect(await world().models.moveAlias(move({ version: 2, expectedRevision: 1 }))).toMatchObject({
          ...{ version: 2, revision: 2 },
        });
        expect(await world().models.alias('coin', 'champion')).toMatchObject({ version: 2, revision: 2 });
        const { items } = await world().models.aliasMoves('coin', 'champion', { limit: 10 });
        expect(items.map(({ version, previousVersion }) => [version, previousVersion])).toEqual([
          [2, 1],
          [1, undefined],
        ]);
        expect(items[1]).toMatchObject({ deploymentId: countedId(902), actor: 'api', reason: 'better' });
      });

      it('keeps every move in a chain of hashes, beside what the version is now', async () => {
        expect(await world().models.ledger('coin', 'champion')).toEqual({ moves: [] });
        await world().models.moveAlias(move());
        await world().models.moveAlias(move({ version: 2, expectedRevision: 1, deploymentId: countedId(903) }));
        const { moves, row } = await world().models.ledger('coin', 'champion');
        expect(row).toEqual({ version: 2, revision: 2 });
        const [first, second] = moves.map(({ move: made }) => made);
        expect(moves.map(({ versionSha256 }) => versionSha256)).toEqual(['0'.repeat(64), '0'.repeat(64)]);
        expect(first).toMatchObject({ revision: 1, version: 1, artifactSha256: '0'.repeat(64) });
        expect(first).not.toHaveProperty('previousHash', expect.anything());
        expect(second).toMatchObject({ revision: 2, version: 2, previousVersion: 1, previousHash: first!.hash });
        for (const { id: _, hash, ...made } of [first!, second!]) expect(moveHash(made)).toBe(hash);
        const { items } = await world().models.aliasMoves('coin', 'champion', { limit: 9 });
        expect(items).toEqual([second, first]);
        expect(await world().models.restoreAlias('coin', 'champion')).toBe(false);
      });

      it('never moves backwards in time, whatever the clock says', async () => {
        const before = world().clock.now();
        await world().models.moveAlias(move());
        world().clock.set(new Date(before.getTime() - 60_000));
        expect((await world().models.moveAlias(move({ version: 2, expectedRevision: 1 })))?.movedAt).toEqual(before);
        const found = await world().models.aliasAt('coin', 'champion', before, 'wall_clock');
        expect(found?.version).toBe(2);
      });

      it('does not move from a revision that is gone', async () => {
        await world().models.moveAlias(move());
        expect(await world().models.moveAlias(move({ version: 2 }))).toBeUndefined();
        expect(await world().models.moveAlias(move({ version: 2, expectedRevision: 2 }))).toBeUndefined();
        expect((await world().models.aliasMoves('coin', 'champion', { limit: 10 })).items).toHaveLength(1);
      });

      it.each([0, 1])('is moved by one of twenty that saw revision %d', async (expectedRevision) => {
        if (expectedRevision === 1) await world().models.moveAlias(move());
        const answers = await racing(20, (index) =>
          world().models.moveAlias(move({ version: (index % 3) + 1, expectedRevision })),
        );
        const won = answers.filter((alias) => alias !== undefined);
        expect(won).toHaveLength(1);
        expect(await world().models.alias('coin', 'champion')).toEqual(won[0]);
        const { items } = await world().models.aliasMoves('coin', 'champion', { limit: 50 });
        expect(items).toHaveLength(expectedRevision + 1);
      });

      it('stands apart from the other alias and from those of other models', async () => {
        await world().models.moveAlias(move());
        await world().models.moveAlias(move({ alias: 'challenger', version: 2 }));
        expect((await world().models.alias('coin', 'champion'))?.version).toBe(1);
        expect((await world().models.alias('coin', 'challenger'))?.version).toBe(2);
        expect((await world().models.aliasMoves('coin', 'challenger', { limit: 10 })).items).toHaveLength(1);
        expect(await world().models.aliases('challenger')).toEqual([await world().models.alias('coin', 'challenger')]);
      });

      it('tells the moves to a version and away from it, first to last', async () => {
        await world().models.moveAlias(move());
        await world().models.moveAlias(move({ alias: 'challenger', version: 2 }));
        await world().models.moveAlias(move({ version: 2, expectedRevision: 1 }));
        await world().models.moveAlias(move({ version: 3, expectedRevision: 2 }));
        const of = async (version: number, limit = 9) => {
          const moves = await world().models.movesOfVersion('coin', version, limit);
          return moves.map((made) => [made.alias, made.previousVersion ?? null, made.version]);
        };
        expect(await of(2)).toEqual([
          ['challenger', null, 2],
          ['champion', 1, 2],
          ['champion', 2, 3],
        ]);
        expect(await of(2, 1)).toEqual([['challenger', null, 2]]);
        expect(await of(9)).toEqual([]);
      });

      it('points at a version that exists', async () => {
        const refused = world().models.moveAlias(move({ version: 9 }));
        await expect(refused).rejects.toMatchObject({ code: 'unknown_version' });
      });

      it('tells who answered then, by the wall clock and by the day it was decided as of', async () => {
        world().clock.set(at('10T00:00:00'));
        await world().models.moveAlias(move({ version: 1, asOf: at('01T00:00:00') }));
        world().clock.set(at('11T00:00:00'));
        await world().models.moveAlias(move({ version: 2, expectedRevision: 1, asOf: at('05T00:00:00') }));
        world().clock.set(at('12T00:00:00'));
        await world().models.moveAlias(move({ version: 3, expectedRevision: 2, asOf: at('03T00:00:00') }));
        const wall = async (time: string) =>
          (await world().models.aliasAt('coin', 'champion', at(time), 'wall_clock'))?.version;
        const asOf = async (time: string) =>
          (await world().models.aliasAt('coin', 'champion', at(time), 'as_of'))?.version;
        expect(await wall('09T23:59:59.999')).toBeUndefined();
        expect(await wall('10T00:00:00')).toBe(1);
        expect(await wall('11T12:00:00')).toBe(2);
        expect(await wall('30T00:00:00')).toBe(3);
        expect(await asOf('01T00:00:00')).toBe(1);
        expect(await asOf('04T00:00:00')).toBe(3);
        expect(await asOf('05T00:00:00')).toBe(2);
        expect(await asOf('30T00:00:00')).toBe(2);
      });

      it('takes the later of two moves of one instant', async () => {
        await world().models.moveAlias(move());
        await world().models.moveAlias(move({ version: 2, expectedRevision: 1 }));
        for (const by of ['wall_clock', 'as_of'] as const) {
          const found = await world().models.aliasAt('coin', 'champion', at('30T00:00:00'), by);
          expect(found?.version).toBe(2);
        }
      });
    });
  });
}
