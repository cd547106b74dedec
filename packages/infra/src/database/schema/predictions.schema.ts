import type { ObservedRecord, Outcome, Prediction, Split } from '@retrain/core';
import { EntitySchema } from 'typeorm';
import * as column from './columns.js';

export const predictionSchema = new EntitySchema<Prediction>({
  name: 'Prediction',
  tableName: 'predictions',
  columns: {
    seq: column.primary(column.numbered(column.bigint('seq'))),
    id: column.uuid('id'),
    model: column.text('model'),
    version: column.integer('version'),
    arm: column.text('arm'),
    key: column.optional(column.text('key')),
    input: column.jsonb('input'),
    features: { name: 'features', type: 'real', array: true },
    scores: { name: 'scores', type: 'double precision', array: true },
    occurredAt: column.instant('occurred_at'),
    recordedAt: column.instant('recorded_at'),
    pairOf: column.optional(column.uuid('pair_of')),
  },
  embeddeds: {
    split: {
      prefix: '',
      schema: new EntitySchema<Split>({
        name: 'Split',
        columns: {
          rolloutId: column.optional(column.uuid('rollout_id')),
          share: column.optional(column.float8('rollout_share')),
          assigned: column.optional(column.text('assigned')),
        },
      }),
    },
  },
  uniques: [{ name: 'predictions_id_key', columns: ['id'] }],
  indices: [
    { name: 'predictions_model_seq_idx', columns: ['model', 'seq'] },
    { name: 'predictions_model_key_idx', columns: ['model', 'key'], where: 'key IS NOT NULL' },
    { name: 'predictions_pair_of_idx', columns: ['pairOf'], where: 'pair_of IS NOT NULL' },
    { name: 'predictions_rollout_seq_idx', columns: ['split.rolloutId', 'seq'], where: 'rollout_id IS NOT NULL' },
  ],
  checks: [
    { name: 'predictions_arm_check', expression: `arm IN ('champion', 'challenger', 'shadow')` },
    { name: 'predictions_assigned_check', expression: `assigned IN ('champion', 'challenger')` },
  ],
});

const ofPrediction = (name: string) => ({
  name,
  target: 'Prediction',
  columnNames: ['predictionId'],
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE' as const,
});

export const outcomeSchema = new EntitySchema<Outcome>({
  name: 'Outcome',
  tableName: 'outcomes',
  columns: {
    predictionId: column.primary(column.uuid('prediction_id')),
    model: column.text('model'),
    outcome: column.jsonb('outcome'),
    observedAt: column.instant('observed_at'),
    recordedAt: column.instant('recorded_at'),
    revision: column.integer('revision'),
  },
  // It includes columns, which a mapping cannot say.
  indices: [{ name: 'outcomes_of_model_idx', columns: ['model'], synchronize: false }],
  checks: [{ name: 'outcomes_outcome_check', expression: `jsonb_typeof(outcome) IN ('string', 'number')` }],
  foreignKeys: [ofPrediction('outcomes_prediction_id_fkey')],
});

/** A value that a correction replaced: the audit trail of outcomes. */
export interface OutcomeCorrection extends Outcome {
  readonly correctedAt: Date;
}

export const outcomeCorrectionSchema = new EntitySchema<OutcomeCorrection>({
  name: 'OutcomeCorrection',
  tableName: 'outcome_corrections',
  columns: {
    predictionId: column.primary(column.uuid('prediction_id')),
    revision: column.primary(column.integer('revision')),
    model: column.text('model'),
    outcome: column.jsonb('outcome'),
    observedAt: column.instant('observed_at'),
    recordedAt: column.instant('recorded_at'),
    correctedAt: column.instant('corrected_at'),
  },
  foreignKeys: [ofPrediction('outcome_corrections_prediction_id_fkey')],
});

export const recordSchema = new EntitySchema<ObservedRecord>({
  name: 'Record',
  tableName: 'records',
  columns: {
    model: column.primary(column.text('model')),
    key: column.primary(column.text('key')),
    seq: column.bigint('seq'),
    occurredAt: column.instant('occurred_at'),
    payload: column.jsonb('payload'),
    recordedAt: column.instant('recorded_at'),
  },
  uniques: [{ name: 'records_model_seq_key', columns: ['model', 'seq'] }],
});
