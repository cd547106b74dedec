import { defineModel, type ModelRecord, type ModelState } from '../model/model-definition.js';
import { invalid, unprocessable } from '../shared/errors.js';
import type { JsonObject } from '../shared/json.js';

/** What a toss looks like in a file. */
export interface Toss {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** Makes heads likelier: P(heads) = 1 / (1 + exp(-tilt)). */
  readonly tilt: number;
  readonly side: 'heads' | 'tails';
}

/**
 * The smallest model with everything a real one has: a numeric request feature (`tilt`), a feature of state that
 * leaks when learned too early (`run`: heads minus tails of the tosses seen so far), two classes.
 */
export const coinModel = defineModel({
  name: 'coin',
  description: 'A tilted coin',
  task: { kind: 'classification', classes: ['heads', 'tails'], ordered: false },
  schema: {
    features: [
      { name: 'tilt', kind: 'numeric', drift: true, description: 'Log-odds of heads' },
      { name: 'run', kind: 'numeric', drift: true, description: 'Heads minus tails so far' },
    ],
  },
  parseRecord: (row) => {
    if (row.game !== undefined && row.game !== 'coin') return undefined;
    const { id, at, side } = row;
    const tilt = Number(row.tilt);
    const occurredAt = new Date(String(at));
    const issues = [
      ...(typeof id === 'string' && id ? [] : [{ path: 'id', message: 'must be a non-empty string', given: id }]),
      ...(Number.isNaN(occurredAt.getTime()) ? [{ path: 'at', message: 'must be a time', given: at }] : []),
      ...(Number.isFinite(tilt) ? [] : [{ path: 'tilt', message: 'must be a number', given: row.tilt }]),
      ...(isSide(side) ? [] : [{ path: 'side', message: 'must be heads or tails', given: side }]),
    ];
    if (issues.length > 0) throw invalid('invalid_record', 'The row is not a toss.', issues);
    return { key: id as string, occurredAt, payload: { tilt, side: side as string } };
  },
  inputOf: ({ key, occurredAt, payload }) => ({ key, occurredAt, payload: { tilt: payload.tilt ?? null } }),
  outcomeOf: ({ payload }) => payload.side as string,
  parseInput: (raw) => {
    const { tilt, at, id } = (raw ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof tilt !== 'number' && tilt !== undefined && tilt !== null) {
      throw invalid('invalid_input', 'The toss is invalid.', [
        { path: 'tilt', message: 'must be a number', given: tilt },
      ]);
    }
    return {
      ...(typeof at === 'string' ? { occurredAt: new Date(at) } : {}),
      ...(typeof id === 'string' ? { key: id } : {}),
      payload: { tilt: tilt ?? null },
    };
  },
  createState: () => new CoinState(),
  builtinData: (name) => (name === 'coin' ? Promise.resolve(tosses(400).map((toss) => ({ ...toss }))) : undefined),
});

class CoinState implements ModelState {
  private heads = 0;
  private tails = 0;

  features({ payload }: { readonly payload: JsonObject }) {
    const tilt = payload.tilt as number | null;
    if (tilt !== null && Math.abs(tilt) > 100) throw unprocessable('impossible_tilt', 'No coin is tilted by over 100.');
    const warnings = tilt === null ? ['The tilt is missing.'] : [];
    return { values: [tilt ?? NaN, this.heads - this.tails], warnings };
  }

  observe(records: readonly ModelRecord[]): void {
    for (const { payload } of records) {
      if (payload.side === 'heads') this.heads++;
      else this.tails++;
    }
  }

  describe(): JsonObject {
    return { tosses: this.heads + this.tails };
  }
}

export interface TossOptions {
  readonly seed?: number;
  /** Time of the first toss; one follows each day, `perDay` at once. */
  readonly start?: string;
  readonly perDay?: number;
  /** Multiplies the effect of the tilt: 1 keeps the law, -1 turns it round, 0 makes it useless. */
  readonly effect?: number;
  readonly idPrefix?: string;
}

/** Tosses that follow the coin's law, the same ones for the same arguments. */
export function tosses(count: number, options: TossOptions = {}): readonly Toss[] {
  const { seed = 1, start = '2020-01-01T00:00:00Z', perDay = 2, effect = 1, idPrefix = 'toss' } = options;
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const tilt = Math.round((random() * 4 - 2) * 1000) / 1000;
    const side = random() < 1 / (1 + Math.exp(-effect * tilt)) ? 'heads' : 'tails';
    const at = new Date(Date.parse(start) + Math.floor(index / perDay) * 86_400_000).toISOString();
    return { id: `${idPrefix}-${index + 1}`, at, tilt, side };
  });
}

/** Uniform numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const isSide = (value: unknown): value is Toss['side'] => value === 'heads' || value === 'tails';
