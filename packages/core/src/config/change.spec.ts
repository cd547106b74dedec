import fc from 'fast-check';
import type { JsonObject } from '../shared/json.js';
import { applyChanges, changesBetween, changesByPath, mergePatch, sameJson } from './change.js';

const json = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()) as fc.Arbitrary<JsonObject>;

describe('changes of a configuration', () => {
  it('name every differing value by its path', () => {
    const from = { drift_threshold: 0.1, evaluation: { blocks: 5, min_rows: 10 }, triggers: ['a'] };
    const to = { evaluation: { blocks: 6, min_rows: 10 }, triggers: ['a', 'b'], seed: 1 };
    expect(changesByPath(changesBetween(from, to))).toEqual({
      drift_threshold: { from: 0.1, to: null },
      'evaluation.blocks': { from: 5, to: 6 },
      triggers: { from: ['a'], to: ['a', 'b'] },
      seed: { from: null, to: 1 },
    });
  });

  it('lead from one configuration to the other', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        const changes = changesBetween(from, to);
        expect(sameJson(applyChanges(from, changes), to)).toBe(true);
        expect(changes.length === 0).toBe(sameJson(from, to));
      }),
    );
  });

  it('of a file leave alone what it did not change', () => {
    const file = { drift_threshold: 0.1, seed: 1 };
    const inForce = { drift_threshold: 0.3, seed: 1 };
    expect(applyChanges(inForce, changesBetween(file, { drift_threshold: 0.1, seed: 2 }))).toEqual({
      drift_threshold: 0.3,
      seed: 2,
    });
  });
});

describe('a patch', () => {
  it('merges mappings, replaces all else, and null removes', () => {
    const values = { seed: 1, drift_threshold: 0.2, models: { a: { seed: 2 }, b: {} }, triggers: ['x'] };
    expect(mergePatch(values, { drift_threshold: null, models: { a: { seed: 3 } }, triggers: [] })).toEqual({
      seed: 1,
      models: { a: { seed: 3 }, b: {} },
      triggers: [],
    });
  });

  it('cannot reach a prototype', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(merged as JsonObject)).toEqual(['__proto__']);
  });
});
