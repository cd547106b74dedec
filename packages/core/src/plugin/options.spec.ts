import type { JsonObject } from '../shared/json.js';
import { readOptions } from './options.js';

const rules = {
  alpha: { kind: 'number', fallback: 0.05, least: 0, most: 0.5 },
  rows: { kind: 'number', whole: true, least: 1 },
  mode: { kind: 'choice', fallback: 'point', choices: ['point', 'superiority'] },
} as const;

const issuesOf = (raw: JsonObject) => {
  try {
    readOptions(raw, rules);
    return [];
  } catch (error) {
    return (error as { issues: readonly { path: string; message: string }[] }).issues;
  }
};

describe('options of plug-ins', () => {
  it('are completed with what they fall back to', () => {
    expect(readOptions({}, rules)).toEqual({ alpha: 0.05, mode: 'point' });
    expect(readOptions({ rows: 3, alpha: 0 }, rules)).toEqual({ alpha: 0, rows: 3, mode: 'point' });
  });

  it('are refused with every problem at once', () => {
    expect(issuesOf({ alfa: 0.1, alpha: 0.7, rows: 1.5, mode: 'best' })).toEqual([
      { path: 'alfa', message: 'is not an option; did you mean "alpha"?', given: 0.1 },
      { path: 'alpha', message: 'must be a number at least 0 and at most 0.5', given: 0.7 },
      { path: 'rows', message: 'must be a whole number at least 1', given: 1.5 },
      { path: 'mode', message: 'must be one of point, superiority', given: 'best' },
    ]);
  });

  it('may be required, and may be texts', () => {
    const named = { path: { kind: 'text', required: true }, title: { kind: 'text', fallback: 'none' } } as const;
    expect(readOptions({ path: 'events.jsonl' }, named)).toEqual({ path: 'events.jsonl', title: 'none' });
    const issues = [{ path: 'path', message: 'is required' }];
    expect(() => readOptions({}, named)).toThrow(expect.objectContaining({ issues }));
    for (const path of ['', 7]) {
      const refused = [{ path: 'path', message: 'must be a text that is not empty', given: path }];
      expect(() => readOptions({ path }, named)).toThrow(expect.objectContaining({ issues: refused }));
    }
  });

  it('may be texts of a kind of their own, and mappings to texts', () => {
    const problem = (text: string) => (text.startsWith('https://') ? undefined : 'must start with https://');
    const named = { url: { kind: 'text', problem }, headers: { kind: 'texts', fallback: { a: 'b' } } } as const;
    expect(readOptions({ url: 'https://example.org' }, named)).toEqual({
      url: 'https://example.org',
      headers: { a: 'b' },
    });
    const issues = [{ path: 'url', message: 'must start with https://', given: 'ftp://example.org' }];
    expect(() => readOptions({ url: 'ftp://example.org' }, named)).toThrow(expect.objectContaining({ issues }));
    for (const headers of [['b'], 'b', { a: 1 }]) {
      const refused = [{ path: 'headers', message: 'must be a mapping from names to texts', given: headers }];
      expect(() => readOptions({ headers }, named)).toThrow(expect.objectContaining({ issues: refused }));
    }
  });

  it('may be flags', () => {
    const named = { warm: { kind: 'flag', fallback: false } } as const;
    expect(readOptions({}, named)).toEqual({ warm: false });
    expect(readOptions({ warm: true }, named)).toEqual({ warm: true });
    const issues = [{ path: 'warm', message: 'must be true or false', given: 'yes' }];
    expect(() => readOptions({ warm: 'yes' }, named)).toThrow(expect.objectContaining({ issues }));
  });

  it.each([['0.1'], [true], [null], [[0.1]]])('do not take %j for a number', (value) => {
    expect(issuesOf({ alpha: value })).toEqual(value === null ? [] : [expect.objectContaining({ path: 'alpha' })]);
  });

  it('are not taken from a prototype', () => {
    expect(issuesOf(JSON.parse('{"__proto__": 1}') as JsonObject)).toHaveLength(1);
    expect(issuesOf({ toString: 1 })).toHaveLength(1);
  });
});
