import { defineModel, seededRandom, type ModelRecord, type Plugin } from '@retrain/core';

export const FEATURES = 30;
const ROWS = 30_000;
const MINUTE_MS = 60_000;

/** A model of thirty numbers and two classes, five of the numbers telling: rows enough that fitting them takes seconds. */
export const benchModel = defineModel({
  name: 'bench',
  description: 'Thirty numbers, two classes',
  task: { kind: 'classification', classes: ['yes', 'no'], ordered: false },
  schema: {
    features: Array.from({ length: FEATURES }, (_, index) => {
      return { name: `x${index}`, kind: 'numeric', drift: false, description: 'A number' } as const;
    }),
  },
  parseRecord: (row): ModelRecord => {
    const { key, at, x, y } = row as { key: string; at: number; x: number[]; y: string };
    return { key, occurredAt: new Date(at), payload: { x, y } };
  },
  inputOf: ({ key, occurredAt, payload }) => ({ key, occurredAt, payload: { x: payload.x! } }),
  outcomeOf: ({ payload }) => payload.y as string,
  parseInput: () => ({ payload: { x: [] } }),
  createState: () => ({
    features: ({ payload }) => ({ values: payload.x as number[], warnings: [] }),
    observe: () => undefined,
    describe: () => ({}),
  }),
  builtinData: (name) => (name === 'bench' ? Promise.resolve(benchRows()) : undefined),
});

export const plugin: Plugin = { name: 'bench', models: [benchModel] };

/** The same rows every time. */
export function benchRows() {
  const random = seededRandom(1);
  return Array.from({ length: ROWS }, (_, index) => {
    const x = Array.from({ length: FEATURES }, () => Math.round((random() * 4 - 2) * 1000) / 1000);
    const margin = x[0]! - x[1]! + x[2]! * x[3]! + Math.sin(3 * x[4]!);
    const y = random() < 1 / (1 + Math.exp(-margin)) ? 'yes' : 'no';
    return { key: String(index), at: Date.UTC(2024, 0, 1) + index * MINUTE_MS, x, y };
  });
}
