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

    it('that are not closed are listed, by model', async () => {
      for (const model of ['dice', 'token']) await world().models.ensure(model, 'coin');
      const open = ['dice', 'coin'].map((model) => {
        return nextCircuit(nextCircuit(newCircuit(model), failed('01T10:00:00')), failed('01T11:00:00'));
      });
      for (const circuit of open) await world().circuits.save(circuit);
      await world().circuits.save(nextCircuit(newCircuit('token'), failed('01T10:00:00')));
      expect((await world().circuits.open()).map(({ model, state }) => [model, state])).toEqual([
        ['coin', 'open'],
        ['dice', 'open'],
      ]);
      const half = nextCircuit((await world().circuits.find('dice'))!, { kind: 'trial_requested' });
      await world().circuits.save(half);
      await world().circuits.save(nextCircuit((await world().circuits.find('coin'))!, { kind: 'run_judged' }));
      expect(await world().circuits.open()).toEqual([{ ...half, revision: 2 }]);
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
