import {
  DomainError,
  type Dataset,
  type ErrorKind,
  type FittedModel,
  type Issue,
  type JsonObject,
} from '@retrain/core';

/** What the fitting process is sent, once for each fit. */
export interface FitOrder {
  /** Plug-in modules to import, as given to the host. */
  readonly modules: readonly string[];
  readonly trainer: string;
  readonly options: JsonObject;
  readonly dataset: Dataset;
  readonly seed: number;
  readonly lineage: Readonly<Record<string, string>>;
  readonly initial?: Uint8Array;
  /** The same in every order to one process. */
  readonly memoryMb: number;
  /** Where this fit and its programs put temporary files. */
  readonly folder: string;
}

/**
 * What the fitting process sends back: any number of `progress`, then how the fit went. Then it ends, or after `fitted` says
 * that it is `ready` for the next order.
 */
export type FitReport =
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'fitted'; readonly model: FittedModel }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'ready' };

/** A DomainError in a form that survives the way between processes. */
export interface Refusal {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly issues: readonly Issue[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** The report of whatever a fit threw. */
export function reportOf(error: unknown): Extract<FitReport, { kind: 'refused' | 'failed' }> {
  if (error instanceof DomainError) {
    const { kind, code, message, issues, details } = error;
    // Through JSON, because a plug-in may have put anything into details.
    const refusal = JSON.parse(JSON.stringify({ kind, code, message, issues, details })) as Refusal;
    return { kind: 'refused', refusal };
  }
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}

/** The DomainError that a refusal was made of. */
export function domainErrorOf({ kind, code, message, issues, details }: Refusal): DomainError {
  return new DomainError(kind, code, message, issues, details);
}
