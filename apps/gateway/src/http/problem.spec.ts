import { NotFoundException } from '@nestjs/common';
import { conflict, DomainError, invalid, type ErrorKind } from '@retrain/core';
import { problemOf, unexpectedProblem } from './problem.js';

describe('problem documents', () => {
  it.each<[ErrorKind, number]>([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not_found', 404],
    ['conflict', 409],
    ['too_large', 413],
    ['unprocessable', 422],
    ['unavailable', 503],
  ])('tell a refusal of kind %s with status %i', (kind, status) => {
    expect(problemOf(new DomainError(kind, 'some_code', 'Because.'))).toMatchObject({
      type: 'urn:retrain:problem:some_code',
      status,
      code: 'some_code',
      detail: 'Because.',
      title: expect.any(String) as string,
    });
  });

  it('carry every issue with its path, and facts', () => {
    const refusal = invalid('invalid_input', 'No.', [{ path: 'matches.3.home_team', message: 'is required' }]);
    expect(problemOf(refusal)).toMatchObject({ errors: [{ path: 'matches.3.home_team', message: 'is required' }] });
    expect(problemOf(conflict('cooldown_active', 'No.', { until: '2026-01-01' }))).toMatchObject({
      until: '2026-01-01',
    });
  });

  it('let no fact pass for a member', () => {
    expect(problemOf(conflict('run_final', 'No.', { status: 'cancelled', code: 1 }))).toMatchObject({
      status: 409,
      code: 'run_final',
    });
  });

  it('do not send huge or unprintable input back', () => {
    const given = ['x'.repeat(5_000), NaN, { a: 'y'.repeat(5_000) }];
    const refusal = invalid(
      'invalid_input',
      'No.',
      given.map((one) => ({ path: 'a', message: 'no', given: one })),
    );
    const text = JSON.stringify(problemOf(refusal));
    expect(text.length).toBeLessThan(600);
    expect(text).toContain('"given":"NaN"');
  });

  it('count the issues beyond the first hundred', () => {
    const issues = Array.from({ length: 1_000 }, (_, n) => ({ path: String(n), message: 'no' }));
    const told = problemOf(invalid('invalid_input', 'No.', issues))!;
    expect(told.errors).toHaveLength(100);
    expect(told.errors_omitted).toBe(900);
  });

  it('translate refusals of the server', () => {
    const large = Object.assign(new Error('too big'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 });
    expect(problemOf(large)).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(problemOf(new NotFoundException())).toMatchObject({ status: 404, code: 'unknown_route' });
    const broken = Object.assign(new SyntaxError('Unexpected token'), { statusCode: 400 });
    expect(problemOf(broken)).toMatchObject({ status: 400, code: 'malformed_json' });
  });

  it('do not exist for what nobody foresaw; then only an id is told', () => {
    expect(problemOf(new TypeError('secret internals'))).toBeUndefined();
    expect(problemOf('a string')).toBeUndefined();
    const told = unexpectedProblem('42');
    expect(told).toMatchObject({ status: 500, id: '42' });
    expect(JSON.stringify(told)).not.toContain('internals');
  });
});
