import type { ModelDefinition, ModelRecord } from '../model/model-definition.js';
import { DomainError } from '../shared/errors.js';
import type { RejectedRow } from './row-reader.port.js';

export interface ParsedRecords {
  readonly records: readonly ModelRecord[];
  readonly rejected: readonly RejectedRow[];
}

/** Turns raw rows into records; a row that the definition refuses is kept aside with the reason, the rest goes on. */
export function parseRecords(
  definition: Pick<ModelDefinition, 'parseRecord'>,
  rows: readonly Readonly<Record<string, unknown>>[],
): ParsedRecords {
  const records: ModelRecord[] = [];
  const rejected: RejectedRow[] = [];
  rows.forEach((row, index) => {
    try {
      const record = definition.parseRecord(row);
      if (record && Number.isNaN(record.occurredAt.getTime())) {
        rejected.push({ row: index + 1, reason: 'It has no valid date.' });
      } else if (record) records.push(record);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      rejected.push({ row: index + 1, reason: reasonOf(error) });
    }
  });
  return { records, rejected };
}

function reasonOf(error: DomainError): string {
  if (error.issues.length === 0) return error.message;
  return error.issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
}
