import type { Probation, Quarantine, VersionTally } from '@retrain/core';
import { EntitySchema } from 'typeorm';
import * as column from './columns.js';

/** A quarantine with its release in columns of their own. */
export type QuarantineRow = Omit<Quarantine, 'release'> & {
  readonly releasedBy?: string;
  readonly releaseReason?: string;
  readonly releasedAt?: Date;
};

export const quarantineSchema = new EntitySchema<QuarantineRow>({
  name: 'Quarantine',
  tableName: 'quarantines',
  columns: {
    model: column.primary(column.text('model')),
    version: column.primary(column.integer('version')),
    sha256: column.text('sha256'),
    origin: column.optional(column.text('origin')),
    by: column.text('quarantined_by'),
    reason: column.text('reason'),
    at: column.instant('quarantined_at'),
    releasedBy: column.optional(column.text('released_by')),
    releaseReason: column.optional(column.text('release_reason')),
    releasedAt: column.optional(column.instant('released_at')),
  },
  foreignKeys: [
    {
      name: 'quarantines_version_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'version'],
      referencedColumnNames: ['model', 'version'],
    },
  ],
});

export const probationSchema = new EntitySchema<Probation>({
  name: 'Probation',
  tableName: 'probations',
  columns: {
    model: column.primary(column.text('model')),
    moveId: column.primary(column.bigint('move_id')),
    version: column.integer('version'),
    previousVersion: column.integer('previous_version'),
    rules: column.jsonb('rules'),
    status: column.text('status'),
    startedAt: column.instant('started_at'),
    asOf: column.instant('as_of'),
    checkedAt: column.optional(column.instant('checked_at')),
    outcomes: column.integer('outcomes'),
    reason: column.text('reason'),
    evidence: column.jsonb('evidence'),
  },
  checks: [
    {
      name: 'probations_status_check',
      expression: `status IN ('watching', 'passed', 'rolled_back', 'undecided', 'superseded')`,
    },
  ],
  foreignKeys: [
    {
      name: 'probations_version_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'version'],
      referencedColumnNames: ['model', 'version'],
    },
  ],
});

export const versionTallySchema = new EntitySchema<VersionTally>({
  name: 'VersionTally',
  tableName: 'version_tallies',
  columns: {
    model: column.primary(column.text('model')),
    version: column.primary(column.integer('version')),
    process: column.primary(column.uuid('process')),
    requests: column.bigint('requests'),
    errors: column.bigint('errors'),
    latencies: column.jsonb('latencies'),
  },
  foreignKeys: [
    {
      name: 'version_tallies_version_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'version'],
      referencedColumnNames: ['model', 'version'],
    },
  ],
});
