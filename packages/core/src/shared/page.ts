/** One page of a list, newest first unless a port says otherwise. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque cursor of the next page; undefined on the last one. */
  readonly nextCursor?: string;
}

export interface PageRequest {
  /** 1..500. */
  readonly limit: number;
  readonly cursor?: string;
}
