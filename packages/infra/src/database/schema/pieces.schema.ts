import type { TrainingPiece } from '@retrain/core';
import { EntitySchema } from 'typeorm';
import * as column from './columns.js';

export const trainingPieceSchema = new EntitySchema<TrainingPiece & { readonly position: number }>({
  name: 'TrainingPiece',
  tableName: 'training_pieces',
  columns: {
    id: column.primary(column.uuid('id')),
    position: column.hidden(column.numbered(column.bigint('position'))),
    runId: column.uuid('run_id'),
    model: column.text('model'),
    key: column.text('key'),
    work: column.jsonb('work'),
    status: column.text('status'),
    attempt: column.integer('attempt'),
    attemptToken: column.optional(column.text('attempt_token')),
    leaseUntil: column.optional(column.instant('lease_until')),
    progress: column.float8('progress'),
    createdAt: column.instant('created_at'),
    startedAt: column.optional(column.instant('started_at')),
    finishedAt: column.optional(column.instant('finished_at')),
    cached: column.boolean('cached'),
    result: column.optional(column.jsonb('result')),
    failure: column.optional(column.jsonb('failure')),
  },
  uniques: [
    { name: 'training_pieces_position_key', columns: ['position'] },
    { name: 'training_pieces_one_per_key', columns: ['runId', 'key'] },
  ],
  indices: [
    { name: 'training_pieces_fitted_idx', columns: ['key'], where: `status = 'fitted'` },
    { name: 'training_pieces_model_position_idx', columns: ['model', 'position'] },
  ],
  checks: [
    {
      name: 'training_pieces_status_check',
      expression: `status IN ('queued', 'running', 'fitted', 'failed')`,
    },
    {
      name: 'training_pieces_holder_check',
      expression: `(status = 'running') = (attempt_token IS NOT NULL) AND (status = 'running') = (lease_until IS NOT NULL)`,
    },
    { name: 'training_pieces_result_check', expression: `(status = 'fitted') = (result IS NOT NULL)` },
  ],
  foreignKeys: [
    {
      name: 'training_pieces_run_id_fkey',
      target: 'TrainingRun',
      columnNames: ['runId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});
