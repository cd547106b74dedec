import { aModelVersion } from '../builders.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';

/** What keeping quarantines promises. */
export function describeQuarantines(name: string, make: MakeWorld): void {
  describe(`Quarantines ${name}`, () => {
    const world = worldPerTest(make);
    const inForce = { model: 'coin', version: 1, sha256: 'a'.repeat(64), by: 'system', reason: 'worse' };
    const release = { by: 'key:ann', reason: 'the feed was broken', at: at('02T10:00:00') };

    beforeEach(async () => {
      for (let version = 1; version <= 3; version++) await world().models.addVersion(aModelVersion());
    });

    it('come back as they were put in, and only once', async () => {
      const given = { ...inForce, at: at('01T10:00:00.25') };
      const added = await racing(5, () => world().quarantines.add(given));
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await world().quarantines.list('coin')).toEqual([given]);
      expect(await world().quarantines.against('coin', given)).toEqual(given);
      expect(await world().quarantines.against('coin', { sha256: 'b'.repeat(64) })).toBeUndefined();
      expect(await world().quarantines.list('dice')).toEqual([]);
    });

    it('are released once, and stay in memory', async () => {
      const given = { ...inForce, at: at('01T10:00:00') };
      await world().quarantines.add(given);
      const released = await racing(5, () => world().quarantines.release('coin', 1, release));
      expect(released.filter(Boolean)).toEqual([{ ...given, release }]);
      expect(await world().quarantines.list('coin')).toEqual([{ ...given, release }]);
      expect(await world().quarantines.against('coin', given)).toBeUndefined();
      expect(await world().quarantines.release('coin', 2, release)).toBeUndefined();
    });

    it('begin anew after a release', async () => {
      await world().quarantines.add({ ...inForce, at: at('01T10:00:00') });
      await world().quarantines.release('coin', 1, release);
      const again = { ...inForce, reason: 'worse again', at: at('03T10:00:00') };
      expect(await world().quarantines.add(again)).toBe(true);
      expect(await world().quarantines.list('coin')).toEqual([again]);
    });

    it('hold against every version of the same bytes; the oldest one speaks', async () => {
      for (const version of [3, 2])
        await world().quarantines.add({ ...inForce, version, at: at(`0${5 - version}T10:00:00`) });
      expect((await world().quarantines.against('coin', inForce))?.version).toBe(3);
      await world().quarantines.release('coin', 3, release);
      expect((await world().quarantines.against('coin', inForce))?.version).toBe(2);
    });

    it('hold against whatever was fitted the same way, if that is known', async () => {
      const given = { ...inForce, origin: 'c'.repeat(64), at: at('01T10:00:00') };
      await world().quarantines.add(given);
      expect(await world().quarantines.list('coin')).toEqual([given]);
      const other = { sha256: 'b'.repeat(64) };
      expect(await world().quarantines.against('coin', { ...other, origin: given.origin })).toEqual(given);
      expect(await world().quarantines.against('coin', { ...other, origin: 'd'.repeat(64) })).toBeUndefined();
      expect(await world().quarantines.against('coin', other)).toBeUndefined();
    });

    it('need a version, and end with their unit of work', async () => {
      const unknown = world().quarantines.add({ ...inForce, version: 9, at: at('01T10:00:00') });
      await expect(unknown).rejects.toMatchObject({ code: 'unknown_version' });
      const failing = world().unitOfWork.transaction(async () => {
        await world().quarantines.add({ ...inForce, at: at('01T10:00:00') });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await world().quarantines.list('coin')).toEqual([]);
    });
  });
}
