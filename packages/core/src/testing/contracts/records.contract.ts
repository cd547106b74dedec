import type { NewObservedRecord } from '../../dataset/records.port.js';
import { at, pause, racing, worldPerTest, type MakeWorld } from './contract-world.js';

/** What storing observed records promises. */
export function describeRecords(name: string, make: MakeWorld): void {
  describe(`Records ${name}`, () => {
    const world = worldPerTest(make);
    const aRecord = (key: string, overrides: Partial<NewObservedRecord> = {}): NewObservedRecord => ({
      ...{ model: 'coin', key, occurredAt: at('01T00:00:00'), payload: { side: 'heads', tilt: 0.5 } },
      ...overrides,
    });
    const keysAfter = async (seq: number, limit = 100) =>
      (await world().records.after('coin', seq, limit)).map(({ key }) => key);

    it('keeps records in the order of their arrival', async () => {
      const records = ['b', 'a', 'c'].map((key) => aRecord(key));
      expect(await world().records.save(records)).toEqual(['b', 'a', 'c']);
      const stored = await world().records.after('coin', 0, 100);
      expect(stored.map(({ key }) => key)).toEqual(['b', 'a', 'c']);
      expect(stored[0]).toEqual({ ...records[0], seq: stored[0]!.seq, recordedAt: world().clock.now() });
      expect(await world().records.count('coin')).toBe(3);
      expect(await world().records.count('other')).toBe(0);
    });

    it('leaves equal records alone, whatever the order of their fields', async () => {
      await world().records.save([aRecord('a')]);
      const [before] = await world().records.after('coin', 0, 1);
      world().clock.advance({ days: 1 });
      expect(await world().records.save([aRecord('a', { payload: { tilt: 0.5, side: 'heads' } })])).toEqual([]);
      expect(await world().records.after('coin', 0, 1)).toEqual([before]);
    });

    it('replaces a corrected record and shows it to cursors again', async () => {
      await world().records.save([aRecord('a'), aRecord('b')]);
      const seen = (await world().records.after('coin', 0, 100)).at(-1)!.seq;
      expect(await keysAfter(seen)).toEqual([]);
      const corrected = aRecord('a', { payload: { side: 'tails', tilt: 0.5 } });
      expect(await world().records.save([corrected, aRecord('b')])).toEqual(['a']);
      expect(await keysAfter(seen)).toEqual(['a']);
      expect(await keysAfter(0)).toEqual(['b', 'a']);
      expect((await world().records.after('coin', seen, 1))[0]?.payload).toEqual({ side: 'tails', tilt: 0.5 });
      expect(await world().records.count('coin')).toBe(2);
      expect(await world().records.save([aRecord('b', { occurredAt: at('02T00:00:00') })])).toEqual(['b']);
    });

    it('takes the last of several records of one key', async () => {
      const sides = ['heads', 'tails', 'edge'];
      expect(await world().records.save(sides.map((side) => aRecord('a', { payload: { side } })))).toEqual(['a']);
      expect((await world().records.after('coin', 0, 10)).map(({ payload }) => payload)).toEqual([{ side: 'edge' }]);
    });

    it('pages by cursor', async () => {
      await world().records.save(['a', 'b', 'c', 'd', 'e'].map((key) => aRecord(key)));
      const first = await world().records.after('coin', 0, 2);
      expect(first.map(({ key }) => key)).toEqual(['a', 'b']);
      expect(await keysAfter(first[1]!.seq, 2)).toEqual(['c', 'd']);
    });

    it('keeps the models apart', async () => {
      await world().records.save([aRecord('a'), aRecord('a', { model: 'other', payload: { side: 'tails' } })]);
      expect((await world().records.after('other', 0, 10)).map(({ payload }) => payload)).toEqual([{ side: 'tails' }]);
      expect(await world().records.count('coin')).toBe(1);
    });

    it('finds records by their keys, as they stand', async () => {
      await world().records.save(['a', 'b', 'c'].map((key) => aRecord(key)));
      await world().records.save([aRecord('a', { payload: { side: 'tails' } }), aRecord('a', { model: 'other' })]);
      const found = await world().records.withKeys('coin', ['c', 'a', 'nobody', 'a']);
      expect(found.map(({ key, payload }) => [key, payload.side]).sort()).toEqual([
        ['a', 'tails'],
        ['c', 'heads'],
      ]);
      expect(await world().records.withKeys('coin', [])).toEqual([]);
    });

    it('never shows a cursor a record below what it has seen, while callers race', async () => {
      let saving = true;
      const saves = racing(6, async (caller) => {
        for (let round = 0; round < 8; round++) await world().records.save([aRecord(`${caller}-${round}`)]);
      }).finally(() => (saving = false));
      const seen: string[] = [];
      let cursor = 0;
      const read = async () => {
        for (const { key, seq } of await world().records.after('coin', cursor, 100)) {
          seen.push(key);
          cursor = seq;
        }
        await pause(1);
      };
      while (saving) await read();
      await saves;
      await read();
      expect(new Set(seen).size).toBe(48);
    });

    it('vanish with the unit of work that saved them', async () => {
      const failing = world().unitOfWork.transaction(async () => {
        await world().records.save([aRecord('a')]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await keysAfter(0)).toEqual([]);
    });
  });
}
