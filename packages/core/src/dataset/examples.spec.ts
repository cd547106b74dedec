import fc from 'fast-check';
import { coinModel, tosses } from '../testing/coin-model.js';
import { coinRecords } from '../testing/builders.js';
import type { ModelRecord } from '../model/model-definition.js';
import { buildExamples, buildExamplesGently } from './examples.js';
import { decodeDataset, encodeDataset } from './snapshot.js';

const never = new AbortController().signal;

const arbitraryRecords = fc
  .record({ count: fc.integer({ min: 0, max: 40 }), perDay: fc.integer({ min: 1, max: 5 }), seed: fc.integer() })
  .map(({ count, ...options }) => coinRecords(count, options));

describe('examples from records', () => {
  it('never know an outcome of their own instant or later, whatever the records are', () => {
    fc.assert(
      fc.property(arbitraryRecords, fc.nat(), fc.integer(), (records, position, seed) => {
        if (records.length === 0) return;
        const cut = records[position % records.length]!.occurredAt;
        const noise = tosses(records.length, { seed, effect: 0 });
        const changed = records.map((record, index): ModelRecord => {
          if (record.occurredAt < cut) return record;
          const side = record.payload['side'] === 'heads' && index % 2 === 0 ? 'tails' : noise[index]!.side;
          return { ...record, payload: { ...record.payload, side } };
        });
        const [before, after] = [buildExamples(coinModel, records), buildExamples(coinModel, changed)];
        for (let row = 0; row < before.rows && before.times[row]! <= cut.getTime(); row++) {
          const columns = [row * 2, row * 2 + 2] as const;
          expect([...after.features.subarray(...columns)]).toEqual([...before.features.subarray(...columns)]);
        }
      }),
    );
  });

  it('of one instant all see the same state: none of them has been learned yet', () => {
    const { features } = buildExamples(coinModel, coinRecords(9, { perDay: 3 }));
    const state = Array.from({ length: 9 }, (_, row) => features[row * 2 + 1]);
    for (const day of [0, 1, 2]) expect(new Set(state.slice(day * 3, day * 3 + 3)).size).toBe(1);
  });

  it('know every outcome of the days before', () => {
    const records = coinRecords(12, { perDay: 3 });
    const { features } = buildExamples(coinModel, records);
    records.forEach(({ occurredAt }, row) => {
      const earlier = records.filter((record) => record.occurredAt < occurredAt);
      const heads = earlier.filter(({ payload }) => payload['side'] === 'heads').length;
      expect(features[row * 2 + 1]).toBe(2 * heads - earlier.length);
    });
  });

  it('before training_data_from only warm the state up', () => {
    const records = coinRecords(20);
    const whole = buildExamples(coinModel, records);
    const late = buildExamples(coinModel, records, { from: records[10]!.occurredAt });
    expect(late.rows).toBe(10);
    expect([...late.features]).toEqual([...whole.features.subarray(20)]);
    expect(late.keys).toEqual(whole.keys.slice(10));
  });

  it('leave out what could not have been answered, and say so', () => {
    const records = [...coinRecords(4)];
    records[2] = { ...records[2]!, payload: { tilt: 1000, side: 'heads' } };
    const skipped: string[] = [];
    const { rows } = buildExamples(coinModel, records, { onSkipped: ({ key }) => skipped.push(key) });
    expect(rows).toBe(3);
    expect(skipped).toEqual([records[2].key]);
  });

  it('refuse records that are out of order and outcomes that the task does not have', () => {
    const records = coinRecords(4);
    expect(() => buildExamples(coinModel, [...records].reverse())).toThrow(/lies before/);
    const edge = { ...records[0]!, payload: { tilt: 0, side: 'edge' } };
    expect(() => buildExamples(coinModel, [edge])).toThrow(/"edge"; allowed: heads, tails/);
  });

  it('are the same whether other work is let through or not', async () => {
    const records = coinRecords(300);
    const gentle = await buildExamplesGently(coinModel, records, { signal: never });
    expect(gentle).toEqual(buildExamples(coinModel, records));
  });
});

describe('a snapshot', () => {
  it('brings the same dataset back, bit for bit, and equal data gives equal bytes', () => {
    fc.assert(
      fc.property(arbitraryRecords, (records) => {
        const dataset = buildExamples(coinModel, records);
        const bytes = encodeDataset(dataset);
        expect(decodeDataset(bytes)).toEqual(dataset);
        expect(Buffer.from(encodeDataset(buildExamples(coinModel, records))).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps a benchmark, missing values and unusual keys', () => {
    const dataset = {
      ...buildExamples(coinModel, coinRecords(2)),
      features: Float32Array.from([NaN, 1, Infinity, -0]),
      keys: ['Ünïcode', 'a"b'],
      benchmark: Float64Array.from([0.5, 0.5, NaN, NaN]),
    };
    expect(decodeDataset(encodeDataset(dataset))).toEqual(dataset);
  });

  it('that is cut off or foreign is refused', () => {
    const bytes = encodeDataset(buildExamples(coinModel, coinRecords(10)));
    expect(() => decodeDataset(bytes.subarray(0, bytes.length - 1))).toThrow(/cut off/);
    expect(() => decodeDataset(bytes.subarray(0, 40))).toThrow(/cut off/);
    expect(() => decodeDataset(new TextEncoder().encode('not a snapshot'))).toThrow(/not packed/);
  });
});
