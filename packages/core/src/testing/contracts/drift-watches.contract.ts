import { closeChunk, foldRows, openWatch, restartWatch, type DriftWatch } from '../../drift/drift-watch.js';
import { profileOf } from '../../drift/profile.js';
import type { FeatureSchema } from '../../model/feature-schema.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';
import { aModelVersion } from '../builders.js';

const schema: FeatureSchema = {
  features: [
    { name: 'tilt', kind: 'numeric', drift: true },
    { name: 'side', kind: 'categorical', drift: true },
  ],
};
const rows = (count: number) => Float32Array.from({ length: 2 * count }, (_, cell) => (cell % 2 ? cell % 3 : cell / 7));
const reference = profileOf(schema, rows(40));

/** What keeping watches promises. */
export function describeDriftWatches(name: string, make: MakeWorld): void {
  describe(`Drift watches ${name}`, () => {
    const world = worldPerTest(make);

    async function opened(simulated = false): Promise<DriftWatch> {
      const { version } = await world().models.addVersion(aModelVersion());
      const start = { seq: 3, at: at('02T00:00:00') };
      return openWatch({ model: 'coin', version, simulated }, start, reference);
    }

    it('come back as they were saved, one revision on', async () => {
      const fresh = await opened();
      expect(await world().watches.find(fresh)).toBeUndefined();
      const closed = closeChunk(foldRows(fresh, rows(10)), at('03T00:00:00'), 5);
      const judged = { runId: 'a-run', at: at('04T00:00:00') };
      const watch = { ...foldRows(restartWatch(closed, judged, judged.at), rows(2)), seq: 12, at: at('05T00:00:00') };
      expect(await world().watches.save(watch)).toBe(true);
      expect(await world().watches.find(fresh)).toEqual({ ...watch, revision: 1 });
    });

    it('are apart for versions and for replays', async () => {
      const live = await opened();
      const replayed = { ...live, simulated: true, seq: 7 };
      const other = { ...(await opened()), seq: 9 };
      for (const watch of [live, replayed, other]) expect(await world().watches.save(watch)).toBe(true);
      expect((await world().watches.find(live))?.seq).toBe(3);
      expect((await world().watches.find(replayed))?.seq).toBe(7);
      expect((await world().watches.find(other))?.seq).toBe(9);
    });

    it('move once per revision when ten race, from the first save on', async () => {
      const fresh = await opened();
      const won = async (watch: DriftWatch) =>
        (await racing(10, (index) => world().watches.save({ ...watch, seq: watch.seq + index }))).filter(Boolean);
      expect(await won(fresh)).toHaveLength(1);
      expect(await won((await world().watches.find(fresh))!)).toHaveLength(1);
      expect(await world().watches.save(fresh)).toBe(false);
      expect((await world().watches.find(fresh))?.revision).toBe(2);
    });

    it('are as they were when their unit of work fails', async () => {
      const fresh = await opened();
      const failing = world().unitOfWork.transaction(async () => {
        await world().watches.save(fresh);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await world().watches.find(fresh)).toBeUndefined();
    });
  });
}
