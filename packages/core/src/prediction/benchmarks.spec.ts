import type { ModelRecord } from '../model/model-definition.js';
import { aPrediction, inMemory } from '../testing/index.js';
import { withBenchmarks } from './benchmarks.js';

const occurredAt = new Date('2024-01-01T00:00:00Z');
const matured = (key?: string) => ({
  prediction: { ...aPrediction({ key }), seq: 1, recordedAt: occurredAt },
  outcome: 'heads',
  observedAt: occurredAt,
});

/** A bookmaker's odds of heads, where the row has them. */
const definition = {
  benchmarkOf: ({ payload: { odds } }: ModelRecord) =>
    typeof odds === 'number' ? [1 / odds, 1 - 1 / odds] : undefined,
};

describe('benchmarks of matured predictions', () => {
  it('come from the observed record of their key, as it stands', async () => {
    const { records } = inMemory();
    const record = (key: string, payload: object) => ({ model: 'coin', key, occurredAt, payload: { ...payload } });
    await records.save([record('a', { odds: 2 }), record('b', {})]);
    const rows = [matured('a'), matured('b'), matured('unseen'), matured()];
    const told = await withBenchmarks(definition, records, rows);
    expect(told.map(({ benchmark }) => benchmark)).toEqual([[0.5, 0.5], undefined, undefined, undefined]);
    await records.save([record('a', { odds: 4 })]);
    expect((await withBenchmarks(definition, records, rows))[0]?.benchmark).toEqual([0.25, 0.75]);
  });

  it('leave the rows of a model without benchmark as they are', async () => {
    const { records } = inMemory();
    const rows = [matured('a')];
    expect(await withBenchmarks({}, records, rows)).toBe(rows);
  });
});
