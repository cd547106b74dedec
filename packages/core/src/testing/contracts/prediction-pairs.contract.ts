import { aPrediction, anOutcome } from '../builders.js';
import { countedId } from '../counting-ids.js';
import { at, worldPerTest, type MakeWorld } from './contract-world.js';

const rolloutId = countedId(930);
const champion = 1;

/** What storing the two answers of a rollout side by side promises. */
export function describePredictionPairs(name: string, make: MakeWorld): void {
  describe(`Pairs of predictions ${name}`, () => {
    const world = worldPerTest(make);

    interface Asked {
      readonly key?: string;
      readonly assigned?: 'champion' | 'challenger';
      readonly share?: number;
      readonly shadow?: boolean;
      readonly occurredAt?: Date;
    }

    /** An answer of a rollout, and unless told otherwise its counterpart; P(heads) tells the version. */
    async function answered({ key, assigned = 'champion', share = 0.25, shadow = true, occurredAt }: Asked = {}) {
      const split = { rolloutId, share, assigned };
      const [answers, other] = assigned === 'champion' ? ([1, 2] as const) : ([2, 1] as const);
      const scores = (version: number) => (version === champion ? [0.6, 0.4] : [0.7, 0.3]);
      const common = { key, ...(occurredAt ? { occurredAt } : {}) };
      const answer = aPrediction({ ...common, version: answers, arm: assigned, scores: scores(answers), split });
      const beside = { ...common, version: other, scores: scores(other), pairOf: answer.id };
      await world().predictions.insert([answer, ...(shadow ? [aPrediction({ ...beside, arm: 'shadow' })] : [])]);
      return answer.id;
    }

    const pairs = (overrides: { asOf?: Date; limit?: number } = {}) =>
      world().predictions.pairs({ rolloutId, champion, limit: 100, ...overrides });

    it('come back with how the caller was assigned and what they stand beside', async () => {
      const id = await answered({ key: 'a', assigned: 'challenger' });
      const split = { rolloutId, share: 0.25, assigned: 'challenger' };
      expect(await world().predictions.find(id)).toMatchObject({ arm: 'challenger', version: 2, split });
      const { items } = await world().predictions.list('coin', { limit: 9 });
      expect(items[0]).toMatchObject({ arm: 'shadow', version: 1, pairOf: id });
      expect(items[0]).not.toHaveProperty('split');
      expect(items[1]).not.toHaveProperty('pairOf');
    });

    it('are matured by the outcome of the answer, whichever version gave it', async () => {
      const first = await answered({ key: 'a' });
      const second = await answered({ key: 'b', assigned: 'challenger' });
      await answered({ key: 'open' });
      await world().predictions.recordOutcomes([
        anOutcome(second, { outcome: 'tails', observedAt: at('02T00:00:00') }),
        anOutcome(first),
      ]);
      const recordedAt = world().clock.now();
      const scores = { recordedAt, champion: [0.6, 0.4], challenger: [0.7, 0.3] };
      expect(await pairs()).toEqual([
        { key: 'a', occurredAt: at('01T00:00:00'), outcome: 'heads', observedAt: at('01T00:00:00'), ...scores },
        { key: 'b', occurredAt: at('01T00:00:00'), outcome: 'tails', observedAt: at('02T00:00:00'), ...scores },
      ]);
      expect(await world().predictions.pairs({ rolloutId: countedId(931), champion, limit: 9 })).toEqual([]);
      expect(await world().predictions.pairs({ rolloutId: 'not-an-id', champion, limit: 9 })).toEqual([]);
    });

    it('need both answers, and wait for a counterpart that is late', async () => {
      const id = await answered({ shadow: false });
      await world().predictions.recordOutcomes([anOutcome(id)]);
      expect(await pairs()).toEqual([]);
      await world().predictions.insert([aPrediction({ version: 2, arm: 'shadow', scores: [0.7, 0.3], pairOf: id })]);
      expect(await pairs()).toHaveLength(1);
    });

    it('count a key once, by its first answer, and answers without key each', async () => {
      const outcomes = [];
      for (const key of ['a', 'a', undefined, undefined, 'b']) outcomes.push(anOutcome(await answered({ key })));
      await world().predictions.recordOutcomes(outcomes);
      expect((await pairs()).map(({ key }) => key)).toEqual(['a', undefined, undefined, 'b']);
      expect((await pairs({ limit: 2 })).map(({ key }) => key)).toEqual(['a', undefined]);
    });

    it('know nothing later than asOf', async () => {
      const early = await answered({ key: 'a' });
      const late = await answered({ key: 'b', occurredAt: at('05T00:00:00') });
      await world().predictions.recordOutcomes([
        anOutcome(early, { observedAt: at('03T00:00:00') }),
        anOutcome(late, { observedAt: at('05T00:00:00') }),
      ]);
      expect((await pairs({ asOf: at('02T23:59:59.999') })).map(({ key }) => key)).toEqual([]);
      expect((await pairs({ asOf: at('03T00:00:00') })).map(({ key }) => key)).toEqual(['a']);
      expect((await pairs({ asOf: at('05T00:00:00') })).map(({ key }) => key)).toEqual(['a', 'b']);
    });

    it('share their outcome: the shadow answer has its pair’s, and is never told one itself', async () => {
      const id = await answered({ key: 'a' });
      expect((await world().predictions.withKeys('coin', ['a'])).map((found) => found.id)).toEqual([id]);
      await world().predictions.recordOutcomes([anOutcome(id)]);
      const shadow = { model: 'coin', arm: 'shadow', limit: 9 } as const;
      expect(await world().predictions.coverage(shadow)).toEqual({ predictions: 1, matured: 1 });
      expect((await world().predictions.matured(shadow)).map(({ outcome }) => outcome)).toEqual(['heads']);
      expect((await world().predictions.answered(shadow)).map(({ outcome }) => outcome)).toEqual(['heads']);
    });

    it('count as one answer each', async () => {
      await answered();
      await answered({ assigned: 'challenger' });
      expect(await world().predictions.countSince('coin', 0)).toBe(2);
    });

    it('tell how many different keys each version was assigned, share by share', async () => {
      for (const key of ['a', 'a', 'b', undefined, undefined]) await answered({ key });
      for (const key of ['c', 'c']) await answered({ key, assigned: 'challenger', shadow: false });
      await answered({ key: 'a', share: 1, assigned: 'challenger' });
      expect(await world().predictions.assignedKeys(rolloutId, 1000)).toEqual([
        { share: 0.25, champion: 4, challenger: 1 },
        { share: 1, champion: 0, challenger: 1 },
      ]);
      const newest = await world().predictions.assignedKeys(rolloutId, 2);
      expect(newest).toContainEqual({ share: 0.25, champion: 0, challenger: 1 });
      expect(await world().predictions.assignedKeys('not-an-id', 9)).toEqual([]);
    });
  });
}
