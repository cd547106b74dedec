import type { FeatureRow, ModelRecord, ModelState } from '@retrain/core';
import { premierLeague } from '../premier-league.js';

/** A source of numbers in [0, 1) that always gives the same ones for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number of Poisson distributed goals. */
export function randomGoals(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let goals = 0;
  for (let product = random(); product > limit; product *= random()) goals += 1;
  return goals;
}

/** The quick start's records in order of time, then key; each once. */
export async function quickstartRecords(): Promise<readonly ModelRecord[]> {
  const rows = (await premierLeague.builtinData('premier-league'))!;
  const records = rows.map((row) => premierLeague.parseRecord(row)).filter((record) => record !== undefined);
  return [...new Map(records.map((record) => [record.key, record])).values()].sort(
    (a, b) => a.occurredAt.getTime() - b.occurredAt.getTime() || (a.key < b.key ? -1 : 1),
  );
}

/** Records of one date together, ascending. */
export function byDate(records: readonly ModelRecord[]): readonly (readonly ModelRecord[])[] {
  const days = new Map<number, ModelRecord[]>();
  for (const record of records) {
    const time = record.occurredAt.getTime();
    days.set(time, [...(days.get(time) ?? []), record]);
  }
  return [...days.values()];
}

/** Features of every record from what was known before its date; undefined where the state refused to tell. */
export function foldFeatures(state: ModelState, records: readonly ModelRecord[]): (FeatureRow | undefined)[] {
  return byDate(records).flatMap((day) => {
    const rows = day.map((record) => {
      try {
        return state.features(premierLeague.inputOf(record));
      } catch {
        return undefined;
      }
    });
    state.observe(day);
    return rows;
  });
}

/** Feature of a row by name. */
export function valueOf(row: FeatureRow, name: string): number {
  return row.values[premierLeague.schema.features.findIndex((feature) => feature.name === name)]!;
}
