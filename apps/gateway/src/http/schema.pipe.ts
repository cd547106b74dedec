import type { PipeTransform } from '@nestjs/common';
import { didYouMean, DomainError, invalid, type Issue } from '@retrain/core';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** A JSON schema as it is written in controllers; also shown in the OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>;

// Bodies keep their types; query strings are text, so their numbers and booleans are read from it.
const bodies = new Ajv({ allErrors: true, verbose: true, strictTypes: false });
const queries = new Ajv({ allErrors: true, verbose: true, strictTypes: false, coerceTypes: true });
for (const ajv of [bodies, queries]) {
  addFormats.default(ajv, ['date', 'date-time']);
  // An instant or a day, as people write them.
  ajv.addFormat('instant', isInstant);
  ajv.addKeyword('example');
}

/** Date.parse takes the 30th of February for the 1st of March: the day must be one of the calendar. */
function isInstant(text: string): boolean {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  if (day === undefined || Number.isNaN(Date.parse(text))) return false;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

/**
 * Checks a body against a compiled schema and hands it on.
 *
 * Throws a DomainError with every problem and its dotted path; `too_many_items` (413) when an array is longer than allowed.
 */
export class BodyPipe<T> implements PipeTransform<unknown, T> {
  private readonly validate: ValidateFunction;

  constructor(schema: Schema) {
    this.validate = bodies.compile(schema);
  }

  /** A missing body stands for an empty object. */
  transform(value: unknown): T {
    const body = value === undefined || value === null ? {} : value;
    if (!this.validate(body)) throw refusalOf(this.validate.errors ?? [], 'body');
    return body as T;
  }
}

/** Checks and reads a query string; unknown parameters are refused, so that a typo does not pass for an answer. */
export class QueryPipe<T> implements PipeTransform<unknown, T> {
  private readonly validate: ValidateFunction;

  constructor(schema: Schema) {
    this.validate = queries.compile(schema);
  }

  transform(value: unknown): T {
    const query = { ...(value as object) };
    if (!this.validate(query)) throw refusalOf(this.validate.errors ?? [], 'query');
    // More digits than a number holds are read as infinity, which Ajv compares with no bound.
    const endless = Object.entries(query).find(([, read]) => read === Infinity || read === -Infinity)?.[0];
    if (endless !== undefined) throw tooLong(endless);
    return query as T;
  }
}

function tooLong(path: string): DomainError {
  const message = 'is not a number that could be computed with';
  return invalid('invalid_query', `The query is not as it must be. ${path}: ${message}.`, [{ path, message }]);
}

function refusalOf(errors: readonly ErrorObject[], what: 'body' | 'query'): DomainError {
  const long = errors.find((error) => error.keyword === 'maxItems');
  if (long) {
    const limit = String((long.params as { limit: number }).limit);
    const given = (long.data as unknown[]).length;
    const told = `"${dotted(long)}" holds ${given} items; at most ${limit} go into one request. Split it.`;
    return new DomainError('too_large', 'too_many_items', told, [], { limit: Number(limit), given });
  }
  const issues = errors.filter((error) => error.keyword !== 'if').map(issueOf);
  const first = issues[0];
  const told = first ? ` ${first.path || what}: ${first.message}.` : '';
  return invalid(
    what === 'body' ? 'invalid_body' : 'invalid_query',
    `The ${what} is not as it must be.${told}`,
    issues,
  );
}

function issueOf(error: ErrorObject): Issue {
  const params = error.params as Record<string, unknown>;
  const path = dotted(error);
  switch (error.keyword) {
    case 'required':
      return { path: under(path, params.missingProperty), message: 'is required' };
    case 'additionalProperties': {
      const name = String(params.additionalProperty);
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
      const hint = didYouMean(name, known);
      const allowed = known.length > 0 ? `; allowed: ${known.join(', ')}` : '';
      return { path: under(path, name), message: `is not known here${hint ? `; did you mean "${hint}"?` : allowed}` };
    }
    case 'enum':
      return { path, message: `must be one of ${(params.allowedValues as unknown[]).join(', ')}`, given: error.data };
    case 'format':
      return {
        path,
        message: 'must be a date or an instant, like 2016-08-13 or 2016-08-13T15:00:00Z',
        given: error.data,
      };
    default:
      return { path, message: error.message ?? 'is not allowed', given: error.data };
  }
}

const dotted = (error: ErrorObject) =>
  error.instancePath
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');

const under = (path: string, name: unknown) => (path === '' ? String(name) : `${path}.${String(name)}`);
