import { newCircuit, nextCircuit } from '../../circuit/circuit.js';
import { at, racing, worldPerTest, type MakeWorld } from './contract-world.js';

const rule = { failures: 2, window_hours: 24, open_hours: 12 };

/** What keeping circuits promises. */
export function describeCircuits(name: string, make: MakeWorld): void {
  describe(`Circuits ${name}`, () => {
    const world = worldPerTest(make);
    const failed = (time: string) => ({ kind: 'run_failed', at: at(time), message: 'no rows', rule }) as const;

    it('come back as they were saved, one revision on', async () => {
      expect(await world().circuits.find('coin')).toBeUndefined();
      const once = nextCircuit(newCircuit('coin'), failed('01T10:00:00.25'));
      expect(await world().circuits.save(once)).toBe(true);
      expect(await world().circuits.find('coin')).toEqual({ ...once, revision: 1 });
      const open = nextCircuit((await world().circuits.find('coin'))!, failed('01T11:00:00'));
      expect(await world().circuits.save(open)).toBe(true);
      expect(await world().circuits.find('coin')).toEqual({ ...open, state: 'open', revision: 2 });
      const closed = nextCircuit((await world().circuits.find('coin'))!, { kind: 'run_judged' });
      expect(await world().circuits.save(closed)).toBe(true);
      expect(await world().circuits.find('coin')).toEqual({ ...closed, failures: [], revision: 3 });
    });

    it('move once per revision when ten race, from the first save on', async () => {
      for (const revision of [0, 1]) {
        const known = (await world().circuits.find('coin')) ?? newCircuit('coin');
        const moved = nextCircuit(known, failed('01T10:00:00'));
        expect((await racing(10, () => world().circuits.save(moved))).filter(Boolean)).toHaveLength(1);
        expect((await world().circuits.find('coin'))?.revision).toBe(revision + 1);
      }
    });

    it('are as they were when their unit of work fails', async () => {
      const failing = world().unitOfWork.transaction(async () => {
        await world().circuits.save(nextCircuit(newCircuit('coin'), failed('01T10:00:00')));
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await world().circuits.find('coin')).toBeUndefined();
    });
  });
}
