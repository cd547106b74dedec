import fc from 'fast-check';
import { confidenceBaseline } from '../metric/confidence.js';
import { aModelVersion, aPrediction, anOutcome, servingCoin } from '../testing/index.js';
import { performanceDegradation } from '../trigger/performance.js';
import { TriggerContexts } from '../trigger/trigger-context.service.js';
import { seededRandom } from '../statistic/random.js';
import { PerformanceService } from './performance.service.js';

const time = new Date('2024-06-01T00:00:00Z');
const sides = ['heads', 'tails'] as const;

/** A champion whose confidence was judged on 200 tosses, and answers that it gave. */
async function house(heads: readonly number[]) {
  const coin = await servingCoin();
  const random = seededRandom(3);
  const evaluated = Array.from({ length: 200 }, () => 0.1 + 0.8 * random());
  const outcomes = evaluated.map((p) => (random() < p ? 0 : 1));
  const confidence = confidenceBaseline(
    2,
    evaluated.flatMap((p) => [p, 1 - p]),
    outcomes,
  )!;
  const evaluation = { rows: 200, metrics: { accuracy: 0.65, log_loss: 0.6 }, confidence };
  const { version } = await coin.models.addVersion(aModelVersion({ evaluation }));
  const moved = { model: 'coin', alias: 'champion', version, expectedRevision: 0, actor: 'system' } as const;
  await coin.models.moveAlias({ ...moved, reason: 'test', asOf: time });
  const predictions = heads.map((p) => aPrediction({ version, scores: [p, 1 - p], occurredAt: time }));
  await coin.predictions.insert(predictions);
  const tell = (row: number, side: (typeof sides)[number]) =>
    coin.predictions.recordOutcomes([anOutcome(predictions[row]!.id, { outcome: side, observedAt: time })]);
  const figures = async () => {
    const told = await coin.get(PerformanceService).execute({ model: 'coin', days: 7, limit: 1000 });
    const context = await coin.get(TriggerContexts).of((await coin.models.find('coin'))!, undefined);
    const options = performanceDegradation.parseOptions({});
    const config = { ...context.config, min_new_predictions: 1 };
    const { reason: _, ...verdict } = await performanceDegradation.evaluate({ ...context, config }, options);
    return [told.overall, told.periods, told.foresight, verdict];
  };
  return { tell, figures };
}

/** All numbers of a value, in order, and everything else as text. */
function numbersOf(value: unknown): { numbers: number[]; rest: string } {
  const numbers: number[] = [];
  const rest = JSON.stringify(value, (_, one: unknown) => {
    if (typeof one !== 'number') return one;
    numbers.push(one);
    return '#';
  });
  return { numbers, rest };
}

describe('outcomes that come late, twice, corrected or never', () => {
  it('lead to the very figures and verdict that telling all at once would have led to', async () => {
    const side = fc.constantFrom(...sides);
    const row = fc.record({
      heads: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      truth: fc.option(side),
      wrong: fc.option(side),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 25 }), fc.integer(), async (rows, seed) => {
        const batch = await house(rows.map(({ heads }) => heads));
        for (const [index, { truth }] of rows.entries()) if (truth) await batch.tell(index, truth);

        const stream = await house(rows.map(({ heads }) => heads));
        const random = seededRandom(seed);
        const order = rows.map((given, index) => ({ ...given, index, at: random() })).sort((a, b) => a.at - b.at);
        for (const { index, truth, wrong } of order) if (truth && wrong) await stream.tell(index, wrong);
        await stream.figures();
        for (const { index, truth } of order.reverse()) {
          if (truth) await stream.tell(index, truth);
          if (truth && random() < 0.5) await stream.tell(index, truth);
        }

        const [expected, received] = [numbersOf(await batch.figures()), numbersOf(await stream.figures())];
        expect(received.rest).toBe(expected.rest);
        received.numbers.forEach((value, index) => {
          expect(Math.abs(value - expected.numbers[index]!)).toBeLessThanOrEqual(1e-9);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('are foreseen by confidence, beside the truth once it is known', async () => {
    const { tell, figures } = await house(Array.from({ length: 60 }, (_, row) => 0.2 + (row % 7) / 10));
    const before = (await figures())[2] as { estimate: { rows: number }; realised?: object };
    expect(before.estimate.rows).toBe(60);
    expect(before.realised).toBeUndefined();
    await tell(0, 'tails');
    expect((await figures())[2]).toEqual({
      estimate: before.estimate,
      realised: { n: 1, accuracy: 1, logLoss: expect.closeTo(-Math.log(0.8), 9) as number },
    });
  });
});
