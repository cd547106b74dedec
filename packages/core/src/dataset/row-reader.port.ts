/** A row that could not be used, and why. */
export interface RejectedRow {
  /** 1-based line or row of the source. */
  readonly row: number;
  readonly reason: string;
}

export interface RawRows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** sha256 of the source's bytes. */
  readonly sha256: string;
  /** Rows that the reader itself could not make sense of (wrong number of fields, broken line). */
  readonly rejected: readonly RejectedRow[];
}

/** Reads tables from files: CSV, Parquet, JSON (array or NDJSON), by extension and content. */
export abstract class RowReader {
  /**
   * Rejects with a DomainError (`data_file_missing`, `data_file_empty`, `data_file_unreadable`) that names the
   * path and says what to do: missing, empty, truncated, header-less or non-UTF-8 files are all refused as a whole.
   */
  abstract read(path: string): Promise<RawRows>;
}
