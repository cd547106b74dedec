import { aPrediction, anOutcome } from '../builders.js';
import { countedId } from '../counting-ids.js';
import { at, pause, racing, worldPerTest, type MakeWorld } from './contract-world.js';

/** What storing predictions and outcomes promises. */
export function describePredictions(name: string, make: MakeWorld): void {
  describe(`Predictions ${name}`, () => {
    const world = worldPerTest(make);

    async function stored(overrides: Parameters<typeof aPrediction>[0] = {}) {
      const prediction = aPrediction(overrides);
      await world().predictions.insert([prediction]);
      return (await world().predictions.find(prediction.id))!;
    }

    const outcomeOf = async (id: string) => (await world().predictions.outcomesOf([id]))[0];

    it('come back as they were recorded, numbered and timed', async () => {
      const prediction = aPrediction({
        ...{ key: 'toss-1', arm: 'challenger', version: 3, occurredAt: at('05T10:00:00.250') },
        ...{ input: { tilt: 0.5, nested: { words: ['"quoted"', 'ünïcode', '{}'] } }, features: [0.25, null, -3e20] },
        scores: [0.1, 0.9],
      });
      await world().predictions.insert([prediction]);
      const found = (await world().predictions.find(prediction.id))!;
      const { features, seq, ...rest } = found;
      expect(rest).toEqual({ ...prediction, features: undefined, recordedAt: world().clock.now() });
      expect(features.map((value) => value && Math.fround(value))).toEqual([0.25, null, Math.fround(-3e20)]);
      expect(seq).toBeGreaterThan(0);
      expect(await world().predictions.find(countedId(903))).toBeUndefined();
      expect(await world().predictions.find('not-an-id')).toBeUndefined();
    });

    it('are stored once however often they are inserted', async () => {
      const first = await stored({ scores: [0.5, 0.5] });
      await world().predictions.insert([{ ...first, scores: [1, 0] }, aPrediction()]);
      expect((await world().predictions.find(first.id))?.scores).toEqual([0.5, 0.5]);
      expect(await world().predictions.countSince('coin', 0)).toBe(2);
      await world().predictions.insert([]);
    });

    it('are all there when many callers insert at once', async () => {
      await racing(50, () => world().predictions.insert([aPrediction(), aPrediction()]));
      expect(await world().predictions.countSince('coin', 0)).toBe(100);
      const { items } = await world().predictions.list('coin', { limit: 500 });
      expect(new Set(items.map(({ seq }) => seq)).size).toBe(100);
    });

    it('never show a number below one that was seen before', async () => {
      let inserting = true;
      const inserts = racing(8, async (caller) => {
        for (let round = 0; round < 10; round++) {
          await world().unitOfWork.transaction(async () => {
            await world().predictions.insert([aPrediction()]);
            await pause((caller + round) % 4);
          });
        }
      }).finally(() => (inserting = false));
      let seen = 0;
      let counted = 0;
      while (inserting) {
        const { items } = await world().predictions.list('coin', { limit: 500 });
        const fresh = items.filter(({ seq }) => seq > seen);
        seen = Math.max(seen, ...items.map(({ seq }) => seq));
        counted += fresh.length;
        await pause(1);
      }
      await inserts;
      counted += await world().predictions.countSince('coin', seen);
      expect(counted).toBe(80);
    });

    it('are found by key and by id within their model', async () => {
      const a = await stored({ key: 'a' });
      const again = await stored({ key: 'a' });
      const b = await stored({ key: 'b' });
      const foreign = await stored({ key: 'a', model: 'other' });
      const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);
      expect(ids(await world().predictions.withKeys('coin', ['a', 'c']))).toEqual([a.id, again.id]);
      const wanted = [b.id, foreign.id, 'not-an-id', countedId(904)];
      expect(ids(await world().predictions.withIds('coin', wanted))).toEqual([b.id]);
      expect(await world().predictions.withKeys('coin', [])).toEqual([]);
    });

    it('are listed newest first, page by page', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 5; index++) ids.unshift((await stored()).id);
      const first = await world().predictions.list('coin', { limit: 3 });
      const second = await world().predictions.list('coin', { limit: 3, cursor: first.nextCursor });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
      expect(second.nextCursor).toBeUndefined();
    });

    it('are counted from a watermark, shadow answers apart', async () => {
      expect(await world().predictions.lastSeq()).toBe(0);
      await stored();
      await stored({ arm: 'challenger' });
      const { seq } = await stored({ arm: 'shadow' });
      expect(await world().predictions.countSince('coin', 0)).toBe(2);
      expect(await world().predictions.lastSeq()).toBe(seq);
      expect(await world().predictions.countSince('coin', seq)).toBe(0);
      await stored();
      await stored({ model: 'other' });
      expect(await world().predictions.countSince('coin', seq)).toBe(1);
    });

    it('vanish with the unit of work that inserted them', async () => {
      const failing = world().unitOfWork.transaction(async () => {
        await world().predictions.insert([aPrediction()]);
        expect(await world().predictions.countSince('coin', 0)).toBe(1);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await world().predictions.countSince('coin', 0)).toBe(0);
    });

    describe('outcomes', () => {
      it('are recorded, left when repeated, corrected when different', async () => {
        const { id } = await stored();
        const record = (outcome: string) => world().predictions.recordOutcomes([anOutcome(id, { outcome })]);
        expect(await outcomeOf(id)).toBeUndefined();
        expect(await record('heads')).toEqual(['recorded']);
        expect(await outcomeOf(id)).toEqual({
          ...anOutcome(id),
          ...{ recordedAt: world().clock.now(), revision: 1 },
        });
        world().clock.advance({ hours: 1 });
        expect(await record('heads')).toEqual(['unchanged']);
        expect(await record('tails')).toEqual(['corrected']);
        expect(await outcomeOf(id)).toMatchObject({
          ...{ outcome: 'tails', revision: 2, recordedAt: world().clock.now() },
        });
      });

      it('answer in the order given, several of one prediction among them', async () => {
        const [a, b] = [await stored(), await stored()];
        await world().predictions.recordOutcomes([anOutcome(b.id)]);
        const effects = await world().predictions.recordOutcomes([
          anOutcome(b.id),
          anOutcome(a.id, { outcome: 'heads' }),
          anOutcome(a.id, { outcome: 'tails' }),
          anOutcome(a.id, { outcome: 'tails' }),
          anOutcome(a.id, { outcome: 'heads' }),
        ]);
        expect(effects).toEqual(['unchanged', 'recorded', 'corrected', 'unchanged', 'corrected']);
        expect(await outcomeOf(a.id)).toMatchObject({ outcome: 'heads', revision: 3 });
        expect(await world().predictions.recordOutcomes([])).toEqual([]);
      });

      it('may be numbers', async () => {
        const { id } = await stored();
        await world().predictions.recordOutcomes([anOutcome(id, { outcome: -12.5 })]);
        expect((await outcomeOf(id))?.outcome).toBe(-12.5);
        const again = await world().predictions.recordOutcomes([anOutcome(id, { outcome: -12.5 })]);
        expect(again).toEqual(['unchanged']);
      });

      it('end in one of their values when twenty race', async () => {
        const { id } = await stored();
        const values = Array.from({ length: 20 }, (_, index) => `value-${index}`);
        const effects = await racing(20, (index) =>
          world().predictions.recordOutcomes([anOutcome(id, { outcome: values[index]! })]),
        );
        expect(effects.flat().sort()).toEqual([...Array<string>(19).fill('corrected'), 'recorded']);
        const known = await outcomeOf(id);
        expect(values).toContain(known?.outcome);
        expect(known?.revision).toBe(20);
      });

      it('are recorded once when ten callers bring the same', async () => {
        const { id } = await stored();
        const effects = await racing(10, () => world().predictions.recordOutcomes([anOutcome(id)]));
        expect(effects.flat().sort()).toEqual(['recorded', ...Array<string>(9).fill('unchanged')]);
      });

      it('of many predictions may be brought by callers in any order', async () => {
        const ids: string[] = [];
        for (let index = 0; index < 6; index++) ids.push((await stored()).id);
        await racing(8, (index) => {
          const order = index % 2 ? ids : [...ids].reverse();
          return world().predictions.recordOutcomes(order.map((id) => anOutcome(id, { outcome: `v${index}` })));
        });
        const known = await world().predictions.outcomesOf(ids);
        expect(new Set(known.map(({ outcome }) => outcome)).size).toBe(1);
      });

      it('hold still inside the unit of work that has read them', async () => {
        const { id } = await stored();
        const before = await racing(10, (index) =>
          world().unitOfWork.transaction(async () => {
            const [known] = await world().predictions.outcomesOf([id]);
            await world().predictions.recordOutcomes([anOutcome(id, { outcome: `value-${index}` })]);
            return known?.outcome;
          }),
        );
        expect(new Set(before).size).toBe(10);
      });

      it('of an unknown prediction are refused, all of the call with them', async () => {
        const { id } = await stored();
        for (const unknown of [anOutcome(countedId(905)), anOutcome('not-an-id'), anOutcome(id, { model: 'other' })]) {
          const refused = world().predictions.recordOutcomes([anOutcome(id), unknown]);
          await expect(refused).rejects.toMatchObject({ code: 'unknown_prediction' });
        }
        expect(await outcomeOf(id)).toBeUndefined();
        expect(await world().predictions.outcomesOf(['not-an-id', countedId(905)])).toEqual([]);
      });
    });
  });
}
