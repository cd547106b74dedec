import { DomainError, invalid, unavailable } from '@retrain/core';

/** SQLSTATE classes and codes after which the same statement may succeed: connection, resources, rollbacks, shutdown. */
const transientStates = /^(08|53|40|57P0|57014|55P03|25006|25P03|58)/;
/** Values that Postgres cannot hold as they are: NUL characters, lone surrogates, numbers out of range. */
const unstorableStates = /^(22P05|22021|22P02|22003|22P03|54000|22001)/;
const systemCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOENT', 'ECONNABORTED'],
]);
/** What node-postgres says without a code, and TypeORM of the connection that it has given up. */
const lostConnection =
  /connection terminated|connection (was )?closed|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|connection timeout|cannot use a pool after|query runner already released/i;

/**
 * What a failed statement means to the domain: `database_unavailable` when trying again may help, `unstorable_value`
 * when the values were the reason, and the error itself otherwise.
 */
export function translated(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const cause = driverErrorOf(error);
  if (isTransient(cause)) {
    return withCause(unavailable('database_unavailable', 'The database is not available now; try again.'), error);
  }
  if (unstorableStates.test(cause.code ?? '')) {
    return withCause(
      invalid('unstorable_value', `The database cannot store a value as it is: ${cause.message}.`),
      error,
    );
  }
  return error;
}

/** The SQLSTATE of a failed statement, if it failed in the server. */
export function sqlStateOf(error: unknown): string | undefined {
  return driverErrorOf(error).code;
}

interface DriverError {
  readonly code?: string;
  readonly message: string;
}

function isTransient({ code = '', message }: DriverError): boolean {
  if (code.length === 5 && transientStates.test(code)) return true;
  return systemCodes.has(code) || lostConnection.test(message);
}

/** TypeORM wraps what the driver threw; several addresses that all refused come as one AggregateError. */
function driverErrorOf(error: unknown): DriverError {
  const inner = (error as { driverError?: unknown } | undefined)?.driverError ?? error;
  const first = inner instanceof AggregateError ? inner.errors[0] : inner;
  const { code, message } = (first ?? {}) as { code?: unknown; message?: unknown };
  return { code: typeof code === 'string' ? code : undefined, message: String(message ?? first) };
}

function withCause(refusal: DomainError, cause: unknown): DomainError {
  return Object.assign(refusal, { cause });
}
