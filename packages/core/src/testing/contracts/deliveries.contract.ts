import { at, pause, racing, worldPerTest, type MakeWorld } from './contract-world.js';

/** What the cursors of the log's readers promise. */
export function describeDeliveries(name: string, make: MakeWorld): void {
  describe(`Deliveries ${name}`, () => {
    const world = worldPerTest(make);
    const lock = (consumer: string, start = 0) =>
      world().unitOfWork.transaction(() => world().deliveries.lock(consumer, start));

    it('start a new consumer where it is told to, and an old one where it was', async () => {
      expect(await lock('webhook', 17)).toEqual({ consumer: 'webhook', seq: 17, attempts: 0 });
      const saved = { consumer: 'webhook', seq: 20, attempts: 2, notBefore: at('03T00:00:00') };
      await world().unitOfWork.transaction(async () => {
        await world().deliveries.lock('webhook', 17);
        await world().deliveries.save(saved);
      });
      expect(await lock('webhook', 99)).toEqual(saved);
      await world().deliveries.save({ consumer: 'webhook', seq: 21, attempts: 0 });
      expect(await lock('webhook')).toEqual({ consumer: 'webhook', seq: 21, attempts: 0 });
    });

    it('are held by one unit of work at a time, and by nobody after it', async () => {
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      let isHeld: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (isHeld = resolve));
      const holder = world().unitOfWork.transaction(async () => {
        await world().deliveries.lock('webhook', 0);
        isHeld();
        await released;
      });
      await held;
      const second = await lock('webhook');
      const other = await lock('log');
      release();
      await holder;
      expect(second).toBeUndefined();
      expect(other).toEqual({ consumer: 'log', seq: 0, attempts: 0 });
      expect(await lock('webhook')).toBeDefined();
    });

    it('are free again when the unit of work that held them fails', async () => {
      const failing = world().unitOfWork.transaction(async () => {
        await world().deliveries.lock('webhook', 0);
        await world().deliveries.save({ consumer: 'webhook', seq: 5, attempts: 0 });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await lock('webhook')).toEqual({ consumer: 'webhook', seq: 0, attempts: 0 });
    });

    it('move once per event when ten readers race', async () => {
      const moved = await racing(10, () =>
        world().unitOfWork.transaction(async () => {
          const cursor = await world().deliveries.lock('webhook', 0);
          if (!cursor || cursor.seq > 0) return false;
          await pause(5);
          await world().deliveries.save({ ...cursor, seq: 1 });
          return true;
        }),
      );
      expect(moved.filter(Boolean)).toHaveLength(1);
    });
  });
}
