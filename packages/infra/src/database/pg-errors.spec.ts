import { DomainError, invalid } from '@retrain/core';
import { translated } from './pg-errors.js';

const failing = (code: string, message = '') => Object.assign(new Error(message), { code });
const codeOf = (error: unknown) => (translated(error) as { code?: string }).code;

describe('translated', () => {
  it.each(['08006', '08001', '53300', '57P01', '57P02', '57P03', '40001', '40P01', '25006'])(
    'tells that trying again may help after %s',
    (state) => {
      const refusal = translated({ driverError: failing(state) }) as DomainError;
      expect(refusal).toBeInstanceOf(DomainError);
      expect([refusal.code, refusal.retryable]).toEqual(['database_unavailable', true]);
    },
  );

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND'])('and after %s', (code) => {
    expect(codeOf(failing(code))).toBe('database_unavailable');
    expect(codeOf(new AggregateError([failing(code), failing(code)]))).toBe('database_unavailable');
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('and after "%s"', (message) => {
    expect(codeOf(new Error(message))).toBe('database_unavailable');
  });

  it('blames values that cannot be stored', () => {
    const refusal = translated(failing('22P05', 'unsupported Unicode escape sequence')) as DomainError;
    expect([refusal.kind, refusal.code]).toEqual(['invalid', 'unstorable_value']);
    expect(refusal.message).toContain('unsupported Unicode escape sequence');
  });

  it('leaves refusals and mistakes of ours as they are', () => {
    for (const error of [invalid('x', 'y'), failing('42601', 'syntax error'), failing('23505'), new Error('no'), 7]) {
      expect(translated(error)).toBe(error);
    }
  });
});
