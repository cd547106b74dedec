import type { PredictionWindow } from '../../prediction/predictions.port.js';
import { aPrediction, anOutcome } from '../builders.js';
import { at, worldPerTest, type MakeWorld } from './contract-world.js';

/** What reading windows of predictions promises. */
export function describePredictionWindows(name: string, make: MakeWorld): void {
  describe(`Windows of Predictions ${name}`, () => {
    const world = worldPerTest(make);
    const window = (overrides: Partial<PredictionWindow> = {}): PredictionWindow => ({
      ...{ model: 'coin', limit: 100 },
      ...overrides,
    });

    /** One prediction a day from the first of the month; the outcome, when there is one, a day later. */
    async function days(count: number, outcomes: readonly (string | undefined)[] = []): Promise<string[]> {
      const ids: string[] = [];
      for (let day = 1; day <= count; day++) {
        const occurredAt = at(`${String(day).padStart(2, '0')}T12:00:00`);
        const prediction = aPrediction({ occurredAt, features: [day, -day] });
        await world().predictions.insert([prediction]);
        ids.push(prediction.id);
        const outcome = outcomes[day - 1];
        if (outcome === undefined) continue;
        const observedAt = new Date(occurredAt.getTime() + 86_400_000);
        await world().predictions.recordOutcomes([anOutcome(prediction.id, { outcome, observedAt })]);
      }
      return ids;
    }

    async function matured(overrides: Partial<PredictionWindow> = {}) {
      const rows = await world().predictions.matured(window(overrides));
      return rows.map(({ prediction }) => prediction.occurredAt.getUTCDate());
    }

    async function features(overrides: Partial<PredictionWindow> = {}, width = 2): Promise<number[]> {
      const values: number[] = [];
      for await (const chunk of world().predictions.featureChunks(window(overrides), width)) values.push(...chunk);
      return values;
    }

    it('join predictions with their outcomes, ascending', async () => {
      const ids = await days(3, ['heads', undefined, 'tails']);
      const rows = await world().predictions.matured(window());
      expect(rows.map(({ outcome, observedAt }) => [outcome, observedAt])).toEqual([
        ['heads', at('02T12:00:00')],
        ['tails', at('04T12:00:00')],
      ]);
      const { input: _, features: __, ...given } = (await world().predictions.find(ids[0]!))!;
      expect(rows[0]!.prediction).toEqual(given);
      const featured = await world().predictions.maturedWithFeatures(window());
      expect(featured).toEqual(
        rows.map((row, index) => ({
          ...row,
          prediction: { ...row.prediction, features: featured[index]!.prediction.features },
        })),
      );
      expect(featured.map(({ prediction }) => prediction.features)).toEqual([
        [1, -1],
        [3, -3],
      ]);
      expect(await world().predictions.coverage(window())).toEqual({ predictions: 3, matured: 2 });
    });

    it('hold predictions without outcome beside those that have one', async () => {
      await days(4, ['heads', undefined, 'tails']);
      const answered = async (overrides: Partial<PredictionWindow> = {}) =>
        (await world().predictions.answered(window(overrides))).map((row) => [
          row.prediction.occurredAt.getUTCDate(),
          row.outcome,
          row.observedAt,
        ]);
      const [first, second] = [
        [1, 'heads', at('02T12:00:00')],
        [2, undefined, undefined],
      ];
      expect(await answered()).toEqual([first, second, [3, 'tails', at('04T12:00:00')], [4, undefined, undefined]]);
      expect(await answered({ asOf: at('03T12:00:00') })).toEqual([first, second, [3, undefined, undefined]]);
      expect(await answered({ limit: 1 })).toEqual([[4, undefined, undefined]]);
    });

    it('hold the newest rows when they are limited', async () => {
      await days(5, ['heads', 'heads', 'heads', 'heads', undefined]);
      expect(await matured({ limit: 2 })).toEqual([3, 4]);
      expect(await features({ limit: 2 })).toEqual([4, -4, 5, -5]);
      expect(await world().predictions.coverage(window({ limit: 2 }))).toEqual({ predictions: 2, matured: 1 });
      expect(await matured({ limit: Infinity })).toEqual([1, 2, 3, 4]);
      expect(await features({ limit: Infinity })).toHaveLength(10);
    });

    it.each([
      ['none of the newest is matured', { limit: 2 }],
      ['some of the newest are matured', { limit: 4 }],
      ['there are fewer than asked for', { limit: 100 }],
      ['there is no limit', { limit: Infinity }],
    ])('tell their coverage and what is matured at once where %s', async (_, overrides) => {
      await days(7, ['heads', undefined, 'heads', 'tails', 'heads', undefined, undefined]);
      const { predictions } = world();
      expect(await predictions.maturedWithCoverage(window(overrides))).toEqual({
        coverage: await predictions.coverage(window(overrides)),
        matured: await predictions.matured(window(overrides)),
      });
    });

    it('know nothing of later events than asOf', async () => {
      await days(5, ['heads', 'heads', 'heads', 'heads', 'heads']);
      const asOf = at('03T12:00:00');
      expect(await features({ asOf })).toEqual([1, -1, 2, -2, 3, -3]);
      expect(await world().predictions.coverage(window({ asOf }))).toEqual({ predictions: 3, matured: 2 });
      expect(await features({ asOf: at('03T11:59:59.999') })).toHaveLength(4);
      expect(await world().predictions.countSince('coin', 0, asOf)).toBe(3);
      expect(await world().predictions.countSince('coin', 0)).toBe(5);
    });

    it('know nothing of outcomes observed later than asOf', async () => {
      await days(5, ['heads', 'heads', 'heads', 'heads', 'heads']);
      expect(await matured({ asOf: at('03T12:00:00') })).toEqual([1, 2]);
      expect(await matured({ asOf: at('03T11:59:59.999') })).toEqual([1]);
    });

    it('fill a limited window with rows that were known by asOf', async () => {
      await days(5, ['heads', 'heads', 'heads', 'heads', 'heads']);
      expect(await matured({ asOf: at('03T12:00:00'), limit: 1 })).toEqual([2]);
      expect(await features({ asOf: at('03T12:00:00'), limit: 1 })).toEqual([3, -3]);
    });

    it('fill a limited window with rows far behind the newest, where only those have an outcome', async () => {
      await days(9, ['heads', 'tails', 'heads']);
      expect(await matured({ limit: 2 })).toEqual([2, 3]);
      expect(await matured({ limit: 3 })).toEqual([1, 2, 3]);
      expect(await matured({ limit: 5 })).toEqual([1, 2, 3]);
      expect(await matured({ limit: 0 })).toEqual([]);
    });

    it('begin after an instant or after a watermark', async () => {
      const ids = await days(4, ['heads', 'heads', 'heads', 'heads']);
      const occurredAfter = at('02T12:00:00');
      expect(await matured({ occurredAfter })).toEqual([3, 4]);
      const { seq } = (await world().predictions.find(ids[2]!))!;
      expect(await matured({ afterSeq: seq })).toEqual([4]);
      expect(await features({ afterSeq: seq })).toEqual([4, -4]);
      expect(await world().predictions.coverage(window({ afterSeq: seq, occurredAfter }))).toEqual({
        ...{ predictions: 1, matured: 1 },
      });
    });

    it('keep to one model, version and arm', async () => {
      await world().predictions.insert([
        aPrediction({ features: [1, 0] }),
        aPrediction({ features: [2, 0], version: 2 }),
        aPrediction({ features: [3, 0], arm: 'challenger' }),
        aPrediction({ features: [4, 0], arm: 'shadow' }),
        aPrediction({ features: [5, 0], model: 'other' }),
      ]);
      expect(await features()).toEqual([1, 0, 2, 0]);
      expect(await features({ version: 2 })).toEqual([2, 0]);
      expect(await features({ arm: 'challenger' })).toEqual([3, 0]);
      expect(await features({ arm: 'shadow' })).toEqual([4, 0]);
      expect(await features({ model: 'other' })).toEqual([5, 0]);
    });

    it('show the corrected outcome', async () => {
      const [id] = await days(1, ['heads']);
      await world().predictions.recordOutcomes([anOutcome(id!, { outcome: 'tails', observedAt: at('09T00:00:00') })]);
      const rows = await world().predictions.matured(window());
      expect(rows.map(({ outcome }) => outcome)).toEqual(['tails']);
      expect(await matured({ asOf: at('08T00:00:00') })).toEqual([]);
    });

    it('give the features of matured answers as they were recorded, missing ones as null', async () => {
      const recorded = [[null, 0.5], [], [-2.5, null, 3]];
      const rows = recorded.map((features) => aPrediction({ features, occurredAt: at('01T12:00:00') }));
      await world().predictions.insert(rows);
      await world().predictions.recordOutcomes(rows.map(({ id }) => anOutcome(id, { observedAt: at('02T12:00:00') })));
      const featured = await world().predictions.maturedWithFeatures(window());
      expect(featured.map(({ prediction }) => prediction.features)).toEqual(recorded);
      expect(featured.map(({ prediction }) => prediction.id)).toEqual(rows.map(({ id }) => id));
    });

    it('give missing features as NaN and every other one as the nearest float32', async () => {
      await world().predictions.insert([
        aPrediction({ features: [null, 0.1] }),
        aPrediction({ features: [1e-30, null] }),
        aPrediction({ features: [null, null] }),
        aPrediction({ features: [-0.5, 16_777_217] }),
      ]);
      const { fround } = Math;
      expect(await features()).toEqual([NaN, fround(0.1), fround(1e-30), NaN, NaN, NaN, -0.5, 16_777_216]);
    });

    it('leave out feature rows of another width', async () => {
      await world().predictions.insert([
        aPrediction({ features: [1] }),
        aPrediction({ features: [2, 3] }),
        aPrediction({ features: [] }),
        aPrediction({ features: [4, 5, 6] }),
      ]);
      expect(await features({}, 2)).toEqual([2, 3]);
      expect(await features({}, 3)).toEqual([4, 5, 6]);
      expect(await features({ limit: 1 }, 1)).toEqual([1]);
    });

    it('may hold many more rows than a chunk, and none', async () => {
      const rows = 12_345;
      for (let from = 0; from < rows; from += 1000) {
        const count = Math.min(1000, rows - from);
        const chunk = Array.from({ length: count }, (_, index) => aPrediction({ features: [from + index, 0] }));
        await world().predictions.insert(chunk);
      }
      const all = await features({ limit: 1_000_000 });
      expect(all.filter((_, index) => index % 2 === 0)).toEqual(Array.from({ length: rows }, (_, index) => index));
      const newest = await features({ limit: 6000 });
      expect([newest.length, newest[0]]).toEqual([12_000, rows - 6000]);
      expect(await features({ model: 'unknown' })).toEqual([]);
      expect(await world().predictions.coverage(window({ model: 'unknown' }))).toEqual({ predictions: 0, matured: 0 });
    });
  });
}
