import fc from 'fast-check';
import { rowsBefore, type Dataset } from '../dataset/dataset.js';
import type { ChampionUnderTest } from '../evaluation/evaluate-candidate.js';
import type { Recipe } from '../run/trainer-definition.js';
import { aModelVersion } from '../testing/builders.js';
import { coinModel } from '../testing/coin-model.js';
import { candidateWork, evaluationWorks, refitWork, type PieceSource } from './plan-pieces.js';

const DAY_MS = 86_400_000;
const first = Date.UTC(2024, 0, 1);
const day = (n: number) => new Date(first + n * DAY_MS);
const snapshot = { uri: 'memory:rows', sha256: 'a'.repeat(64), bytes: 1 };
const warm: Recipe = { use: 'mlp', with: { warm_start: true } };
const cold: Recipe = { use: 'mlp', with: { warm_start: false } };

/** Two rows a day. */
function rows(days: number): Dataset {
  const count = 2 * days;
  return {
    task: coinModel.task,
    schema: coinModel.schema,
    rows: count,
    features: new Float32Array(2 * count),
    outcomes: new Float64Array(count),
    times: Float64Array.from({ length: count }, (_, row) => first + Math.floor(row / 2) * DAY_MS),
    keys: Array.from({ length: count }, (_, row) => `toss-${row}`),
  };
}

/** A champion that knows every row before this time; of one trained elsewhere nobody knows. */
function champion(trainedUntil: Date | undefined, recipe = cold) {
  const version = aModelVersion();
  const lineage = { ...version.lineage, trainedUntil, recipe };
  const scorer = { inputs: 2, outputs: 2, score: async () => new Float32Array(0), release: async () => undefined };
  return {
    kind: 'loaded',
    version: { ...version, version: 1, createdAt: day(0), lineage },
    scorer,
  } as unknown as Extract<ChampionUnderTest, { kind: 'loaded' }>;
}

const sourceOf = (given: ChampionUnderTest, blocks: PieceSource['blocks'] = []): PieceSource => {
  return { dataset: rows(30), snapshot, blocks, champion: given, seed: 1 };
};

/** Judged from the first row of the 20th day on. */
const block = { fitRows: 40, from: 40, to: 50 };

describe('a fit that begins from the champion', () => {
  it('may be judged on rows that the champion has not seen', () => {
    const known = champion(day(20));
    expect(refitWork(sourceOf(known), warm, block).initial).toEqual(known.version.artifact);
  });

  it.each([
    ['on one of the judged rows', new Date(day(20).getTime() + 1)],
    ['on all of them', day(30)],
    ['until nobody knows when', undefined],
  ])('begins cold where the champion was trained %s', (_, trainedUntil) => {
    expect(refitWork(sourceOf(champion(trainedUntil)), warm, block)).not.toHaveProperty('initial');
  });

  it('is the candidate itself whatever the champion has seen: nothing is judged by it', () => {
    const known = champion(day(30));
    expect(candidateWork(sourceOf(known), warm, {}).initial).toEqual(known.version.artifact);
  });

  it('is none when nobody asked for it, and none without a champion that can be loaded', () => {
    for (const work of [
      refitWork(sourceOf(champion(day(1))), cold, block),
      candidateWork(sourceOf(champion(day(1))), cold, {}),
    ])
      expect(work).not.toHaveProperty('initial');
    const others: ChampionUnderTest[] = [{ kind: 'none' }, { kind: 'unreadable', reason: 'lost' }];
    for (const none of others) expect(candidateWork(sourceOf(none), warm, {})).not.toHaveProperty('initial');
  });

  it('never knows a judged row in any evaluation, neither the candidate nor a refit of the champion', () => {
    const plans = fc.record({ trainedDays: fc.integer({ min: 0, max: 30 }), start: fc.integer({ min: 2, max: 50 }) });
    fc.assert(
      fc.property(plans, ({ trainedDays, start }) => {
        const middle = Math.floor((start + 60) / 2);
        const blocks = [
          { fitRows: start, from: start, to: middle },
          { fitRows: middle, from: middle, to: 60 },
        ];
        const known = champion(day(trainedDays), warm);
        const source = sourceOf(known, blocks);
        for (const { initial, judged, fitRows } of evaluationWorks(source, [warm, cold])) {
          expect(fitRows).toBeLessThanOrEqual(judged!.from);
          if (initial) expect(rowsBefore(source.dataset, day(trainedDays).getTime())).toBeLessThanOrEqual(judged!.from);
        }
      }),
    );
  });
});
