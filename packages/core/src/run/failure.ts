import { DomainError, messageOf } from '../shared/errors.js';
import type { RunFailure, RunStage } from './training-run.js';

/** Codes of the operating system that mean "not now": network, handles, space. */
const transientCodes: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EAGAIN', 'EBUSY', 'EMFILE', 'ENFILE', 'ENOSPC', 'EIO', 'ENOMEM'],
]);

/** SQLSTATE classes that mean "not now": connection, roll-back (deadlock), resources, operator, system. */
const transientSqlState = /^(08|40|53|57|58)[0-9A-Z]{3}$/;

/** A failure for the run's row: what happened, where, and whether the same work may succeed later. */
export function failureOf(error: unknown, stage: RunStage | undefined): RunFailure {
  const domain = error instanceof DomainError;
  return {
    code: domain ? error.code : 'unexpected_error',
    message: messageOf(error),
    stage,
    retryable: domain ? error.retryable : isTransient(error),
  };
}

function isTransient(error: unknown): boolean {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as Error & { code?: unknown };
    if (typeof code === 'string' && (transientCodes.has(code) || transientSqlState.test(code))) return true;
  }
  return false;
}

/** Seconds to wait after the n-th failure (1, 2, 3 …) of a kind that may pass by itself. */
export function backoffSeconds(failures: number, first: number): number {
  return first * 2 ** (failures - 1);
}
