import { aTriggerEvaluation, aVerdict } from '../builders.js';
import { countedId } from '../counting-ids.js';
import { at, worldPerTest, type MakeWorld } from './contract-world.js';

/** What the stored checks promise. */
export function describeTriggerEvaluations(name: string, make: MakeWorld): void {
  describe(`TriggerEvaluations ${name}`, () => {
    const world = worldPerTest(make);
    const fired = () => aTriggerEvaluation({ verdicts: [aVerdict(), aVerdict({ verdict: 'fired' })] });

    it('come back with all their evidence', async () => {
      const evaluation = aTriggerEvaluation({
        ...{ evaluatedAt: at('02T00:00:00.5'), asOf: at('01T00:00:00'), decision: 'cooling_down' },
        ...{ cooldownUntil: at('05T00:00:00'), runId: countedId(910), predictionCount: 12 },
        ...{ daysSinceLastRetraining: 2.25, circuitOpenUntil: at('06T00:00:00') },
        ...{ championVersion: 3, simulated: true },
        verdicts: [
          aVerdict({
            ...{ verdict: 'fired', score: 0.25, threshold: 0.1, n: 300, interval: [0.1, 0.4], pValue: 0.001 },
            evidence: { features: [{ name: 'tilt', psi: 0.3 }] },
          }),
        ],
      });
      await world().evaluations.insert(evaluation);
      expect(await world().evaluations.latest('coin')).toEqual(evaluation);
      expect(await world().evaluations.latest('other')).toBeUndefined();
    });

    it('the last one on a clock is the one of the latest day, and none of a later day', async () => {
      const of = (simulated: boolean, day: string) =>
        aTriggerEvaluation({ simulated, asOf: at(`${day}T00:00:00`), evaluatedAt: at('28T00:00:00') });
      const all = [of(true, '05'), of(true, '09'), of(true, '07'), of(false, '06')];
      for (const evaluation of all) await world().evaluations.insert(evaluation);
      const last = async (simulated: boolean, day: string, model = 'coin') => {
        const asked = { model, simulated, asOf: at(`${day}T00:00:00`) };
        return (await world().evaluations.lastOf(asked))?.id;
      };
      expect(await last(true, '20')).toBe(all[1]!.id);
      expect(await last(true, '08')).toBe(all[2]!.id);
      expect(await last(true, '05')).toBe(all[0]!.id);
      expect(await last(true, '04')).toBeUndefined();
      expect(await last(false, '20')).toBe(all[3]!.id);
      expect(await last(true, '20', 'other')).toBeUndefined();
    });

    it('are listed newest first, on request only those that fired', async () => {
      const all = [aTriggerEvaluation(), fired(), aTriggerEvaluation(), fired(), fired()];
      for (const evaluation of all) await world().evaluations.insert(evaluation);
      const ids = all.map(({ id }) => id).reverse();
      const first = await world().evaluations.list('coin', { limit: 4 }, false);
      const second = await world().evaluations.list('coin', { limit: 4, cursor: first.nextCursor }, false);
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
      const fires = await world().evaluations.list('coin', { limit: 2 }, true);
      const rest = await world().evaluations.list('coin', { limit: 2, cursor: fires.nextCursor }, true);
      expect([...fires.items, ...rest.items].map(({ id }) => id)).toEqual([ids[0], ids[1], ids[3]]);
      expect(rest.nextCursor).toBeUndefined();
      expect(await world().evaluations.countFired('coin')).toBe(3);
      expect((await world().evaluations.latest('coin'))?.id).toBe(ids[0]);
    });
  });
}
