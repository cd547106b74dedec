import type { DomainError } from '@retrain/core';
import { BodyPipe, QueryPipe } from './schema.pipe.js';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      maxItems: 2,
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, at: { type: 'string', format: 'instant' } },
      },
    },
    force: { type: 'boolean' },
    limit: { type: 'integer', minimum: 1, maximum: 5 },
  },
} as const;

function refusalOf(value: unknown, pipe = new BodyPipe(schema)): DomainError {
  try {
    pipe.transform(value);
  } catch (error) {
    return error as DomainError;
  }
  throw new Error('It was accepted.');
}

describe('checking a body', () => {
  it('hands a right one on as it is', () => {
    const body = { items: [{ name: 'a', at: '2016-08-13' }], force: true };
    expect(new BodyPipe(schema).transform(body)).toBe(body);
  });

  it('tells every problem with its dotted path', () => {
    const refusal = refusalOf({ items: [{ name: 1 }, { at: 'tomorrow' }], forse: true, limit: 9 });
    expect(refusal).toMatchObject({ kind: 'invalid', code: 'invalid_body' });
    expect(refusal.issues.map(({ path }) => path).sort()).toEqual([
      'forse',
      'items.0.name',
      'items.1.at',
      'items.1.name',
      'limit',
    ]);
    expect(refusal.issues.find(({ path }) => path === 'forse')!.message).toContain('did you mean "force"');
  });

  it('knows which days there are', () => {
    const at = (day: string) => ({ items: [{ name: 'a', at: day }] });
    for (const day of ['2016-02-30', '2015-02-29', '2016-04-31T10:00:00Z', '2016-13-01', '2016-08-13 and more']) {
      expect(refusalOf(at(day)).issues).toMatchObject([{ path: 'items.0.at', given: day }]);
    }
    for (const day of ['2016-02-29', '2016-04-30T10:00:00Z', '2016-08-13T23:59:59-05:00', '0001-01-01']) {
      expect(new BodyPipe(schema).transform(at(day))).toEqual(at(day));
    }
  });

  it('does not turn one type into another', () => {
    expect(refusalOf({ items: [], force: 'true' }).issues[0]).toMatchObject({ path: 'force', given: 'true' });
  });

  it('calls a list that is too long too large', () => {
    expect(refusalOf({ items: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] })).toMatchObject({
      kind: 'too_large',
      details: { limit: 2, given: 3 },
    });
  });

  it.each([
    ['null', null],
    ['an array', []],
    ['text', 'x'],
    ['a number', 1],
  ])('refuses %s', (_, value) => {
    expect(refusalOf(value).kind).toBe('invalid');
  });
});

describe('reading a query', () => {
  const pipe = new QueryPipe<{ limit?: number; force?: boolean }>({ ...schema, required: [] });

  it('reads numbers and booleans from text, and leaves the original alone', () => {
    const query = { limit: '3', force: 'true' };
    expect(pipe.transform(query)).toEqual({ limit: 3, force: true });
    expect(query).toEqual({ limit: '3', force: 'true' });
  });

  it.each([{ limit: 'x' }, { limit: '0' }, { limt: '1' }, { limit: ['1', '2'] }, { limit: '9'.repeat(400) }])(
    'refuses %j',
    (query) => {
      expect(() => pipe.transform(query)).toThrow(expect.objectContaining({ code: 'invalid_query' }) as Error);
    },
  );
});
