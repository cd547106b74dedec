import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorKind, type Issue } from '@retrain/core';

/** An RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable machine-readable reason. */
  readonly code: string;
  readonly errors?: readonly { readonly path: string; readonly message: string; readonly given?: unknown }[];
  readonly [fact: string]: unknown;
}

const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unprocessable: 422,
  unavailable: 503,
};

const titles: Readonly<Record<number, string>> = {
  400: 'Malformed or invalid request',
  401: 'API key needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'No such representation',
  409: 'The state does not allow it now',
  413: 'Too large',
  415: 'Media type not understood',
  422: 'Understood, but impossible',
  429: 'Too many requests',
  500: 'Unexpected failure',
  503: 'Not ready',
};

/** Codes and advice for refusals of the HTTP server itself. */
const serverRefusals: Readonly<Record<string, readonly [code: string, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than this route takes; split it.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [
    'malformed_json',
    'The body is empty but announced as JSON; send {} or no content-type.',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['malformed_body', 'The body does not have the announced length.'],
};

const MAX_ISSUES = 100;
const MAX_DETAIL = 5_000;
const MAX_MESSAGE = 1_000;
const MAX_PATH = 200;

/** The problem document of anything thrown; undefined for what nobody foresaw. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof DomainError) return problemOfDomain(error);
  const { code, status, message } = asHttpError(error);
  if (status === undefined || status >= 500) return undefined;
  const [known, advice] = serverRefusals[code ?? ''] ?? [];
  if (error instanceof SyntaxError) return problem(400, 'malformed_json', `The body is not JSON: ${message}.`);
  return problem(status, known ?? defaultCodes[status] ?? 'refused', advice ?? message);
}

/** The document of an unforeseen failure: tells nothing but where to look in the log. */
export function unexpectedProblem(id: string): Problem {
  const detail = `Something failed that should not have. The log says more under the id ${id}.`;
  return { ...problem(500, 'unexpected', detail), id };
}

export function problem(status: number, code: string, detail: string): Problem {
  return {
    type: `urn:retrain:problem:${code}`,
    title: titles[status] ?? 'Refused',
    status,
    detail: cut(detail, MAX_DETAIL),
    code,
  };
}

function problemOfDomain(error: DomainError): Problem {
  const errors = error.issues.slice(0, MAX_ISSUES).map(issueView);
  const omitted = error.issues.length - errors.length;
  return {
    ...error.details,
    // Last: a fact must not pass for a member of the document.
    ...problem(statuses[error.kind], error.code, error.message),
    ...(errors.length > 0 ? { errors } : {}),
    ...(omitted > 0 ? { errors_omitted: omitted } : {}),
  };
}

function issueView(issue: Issue) {
  const path = cut(issue.path, MAX_PATH);
  const message = cut(issue.message, MAX_MESSAGE);
  return issue.given === undefined ? { path, message } : { path, message, given: shortened(issue.given) };
}

const cut = (text: string, longest: number) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** What was given, short enough to send back. */
function shortened(given: unknown): unknown {
  if (typeof given === 'number' && !Number.isFinite(given)) return String(given);
  if (typeof given === 'string') return cut(given, 100);
  if (typeof given !== 'object' || given === null) return given;
  const text = JSON.stringify(given);
  return text.length > 100 ? `${text.slice(0, 100)}…` : given;
}

function asHttpError(error: unknown): { code?: string; status?: number; message: string } {
  if (error instanceof HttpException) return { status: error.getStatus(), message: error.message };
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  return { code, status: statusCode, message: message ?? '' };
}

const defaultCodes: Readonly<Record<number, string>> = {
  400: 'bad_request',
  404: 'unknown_route',
  406: 'not_acceptable',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};
