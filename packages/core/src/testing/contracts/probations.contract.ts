import type { NewProbation } from '../../probation/probation.js';
import { aModelVersion } from '../builders.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';

/** What keeping probations promises. */
export function describeProbations(name: string, make: MakeWorld): void {
  describe(`Probations ${name}`, () => {
    const world = worldPerTest(make);
    const given = (moveId: number): NewProbation => ({
      ...{ model: 'coin', moveId, version: 2, previousVersion: 1, status: 'watching', outcomes: 0, reason: 'new' },
      ...{ rules: { outcomes: 200, days: 30, alpha: 0.01 }, evidence: { needed: 200 } },
      ...{ startedAt: at('02T10:00:00.25'), asOf: at('01T00:00:00') },
    });
    const judged = { outcomes: 12, reason: 'worse', evidence: { n: 12 }, checkedAt: at('03T10:00:00') };

    beforeEach(async () => {
      for (let version = 1; version <= 2; version++) await world().models.addVersion(aModelVersion());
    });

    it('begin once per move and come back as they were', async () => {
      const begun = await racing(5, () => world().probations.insert(given(7)));
      expect(begun.filter(Boolean)).toHaveLength(1);
      expect(await world().probations.find('coin', 7)).toEqual(given(7));
      expect(await world().probations.find('coin', 8)).toBeUndefined();
    });

    it('are judged while they are watched, and end once', async () => {
      await world().probations.insert(given(7));
      expect(await world().probations.update('coin', 7, { ...judged, status: 'watching' })).toBe(true);
      expect(await world().probations.watching('coin')).toEqual([{ ...given(7), ...judged }]);
      const ended = await racing(5, () => world().probations.update('coin', 7, { ...judged, status: 'rolled_back' }));
      expect(ended.filter(Boolean)).toHaveLength(1);
      expect(await world().probations.watching('coin')).toEqual([]);
      expect(await world().probations.find('coin', 7)).toEqual({ ...given(7), ...judged, status: 'rolled_back' });
    });

    it('know what each process has told of a version, the most that it told', async () => {
      const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
      const tally = { model: 'coin', version: 2, process: one, requests: 10, errors: 1, latencies: [4, 5] };
      await world().probations.saveTally(tally);
      await world().probations.saveTally({ ...tally, requests: 12, latencies: [6, 5] });
      await world().probations.saveTally(tally);
      await world().probations.saveTally({ ...tally, process: two });
      await world().probations.saveTally({ ...tally, version: 1 });
      const told = await world().probations.tallies('coin', 2);
      expect(told.map(({ process, requests }) => [process, requests]).sort()).toEqual(
        [
          [one, 12],
          [two, 10],
        ].sort(),
      );
      expect(told).toContainEqual({ ...tally, requests: 12, latencies: [6, 5] });
    });

    it('are listed newest first', async () => {
      for (const moveId of [3, 5, 4]) await world().probations.insert(given(moveId));
      const { items, nextCursor } = await world().probations.list('coin', { limit: 2 });
      expect(items.map(({ moveId }) => moveId)).toEqual([5, 4]);
      const rest = await world().probations.list('coin', { limit: 2, cursor: nextCursor });
      expect(rest.items.map(({ moveId }) => moveId)).toEqual([3]);
    });
  });
}
