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
