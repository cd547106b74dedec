import type { ConfigRevision, DeliveryCursor, JsonObject, LoggedEvent } from '@retrain/core';
import { EntitySchema } from 'typeorm';
import * as column from './columns.js';

export const eventSchema = new EntitySchema<LoggedEvent>({
  name: 'Event',
  tableName: 'events',
  columns: {
    seq: column.primary(column.numbered(column.bigint('seq'))),
    type: column.text('type'),
    model: column.optional(column.text('model')),
    runId: column.optional(column.uuid('run_id')),
    actor: column.text('actor'),
    payload: column.jsonb('payload'),
    asOf: column.instant('as_of'),
    recordedAt: column.instant('recorded_at'),
  },
  indices: [
    { name: 'events_model_seq_idx', columns: ['model', 'seq'] },
    { name: 'events_run_seq_idx', columns: ['runId', 'seq'], where: 'run_id IS NOT NULL' },
    { name: 'events_type_seq_idx', columns: ['type', 'seq'] },
  ],
});

export const deliverySchema = new EntitySchema<DeliveryCursor>({
  name: 'Delivery',
  tableName: 'deliveries',
  columns: {
    consumer: column.primary(column.text('consumer')),
    seq: column.bigint('seq'),
    attempts: column.integer('attempts'),
    notBefore: column.optional(column.instant('not_before')),
  },
});

/** A change of the configuration together with the configuration that it made. */
export interface StoredConfigRevision extends ConfigRevision {
  /** Every value as it was written, secrets as references. */
  readonly config: JsonObject;
  /** What the file said when this revision was made. */
  readonly file: JsonObject;
  readonly sources: JsonObject;
}

export const configRevisionSchema = new EntitySchema<StoredConfigRevision>({
  name: 'ConfigRevision',
  tableName: 'config_revisions',
  columns: {
    revision: column.primary(column.integer('revision')),
    actor: column.text('actor'),
    source: column.text('source'),
    changedAt: column.instant('changed_at'),
    changes: column.jsonb('changes'),
    config: column.jsonb('config'),
    file: column.jsonb('file'),
    sources: column.jsonb('sources'),
  },
});
