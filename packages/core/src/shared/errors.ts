/** What kind of refusal an error is; the edges translate it (HTTP status, CLI exit code, retry or not). */
export type ErrorKind =
  | 'invalid' // malformed or out of range: 400
  | 'unauthenticated' // 401
  | 'forbidden' // 403
  | 'not_found' // 404
  | 'conflict' // the state does not allow it now: 409
  | 'too_large' // 413
  | 'unprocessable' // well-formed but impossible in the domain: 422
  | 'unavailable'; // a part we need is away; trying again later may work: 503

/** One problem of an input: where it is, what was wrong, what was given. */
export interface Issue {
  /** Dotted path into the input, for example `matches.3.home_team`; empty for the input as a whole. */
  readonly path: string;
  readonly message: string;
  readonly given?: unknown;
}

/**
 * An expected refusal with a stable machine-readable code.
 *
 * The message says what was given, what is allowed and what to do; it is safe to show to a client.
 */
export class DomainError extends Error {
  constructor(
    readonly kind: ErrorKind,
    /** Stable snake_case code, for example `cooldown_active`. */
    readonly code: string,
    message: string,
    readonly issues: readonly Issue[] = [],
    /** Machine-readable facts, for example `{ until: '2026-01-01T00:00:00Z' }`. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'DomainError';
  }

  /** Whether the same call may succeed later without anybody changing the input. */
  get retryable(): boolean {
    return this.kind === 'unavailable';
  }
}

export const invalid = (code: string, message: string, issues: readonly Issue[] = []) =>
  new DomainError('invalid', code, message, issues);

export const notFound = (code: string, message: string) => new DomainError('not_found', code, message);

export const forbidden = (code: string, message: string) => new DomainError('forbidden', code, message);

export const conflict = (code: string, message: string, details: Readonly<Record<string, unknown>> = {}) =>
  new DomainError('conflict', code, message, [], details);

export const unprocessable = (code: string, message: string, issues: readonly Issue[] = []) =>
  new DomainError('unprocessable', code, message, issues);

export const unavailable = (code: string, message: string) => new DomainError('unavailable', code, message);

/** The message of anything thrown, for logs and stored failures. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
