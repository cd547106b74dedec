import type { ArmTally, Rollout, RolloutLook } from '@retrain/core';
import { EntitySchema } from 'typeorm';
import * as column from './columns.js';

const ofRollout = (name: string) => ({
  name,
  target: 'Rollout',
  columnNames: ['rolloutId'],
  referencedColumnNames: ['id'],
});

export const rolloutSchema = new EntitySchema<Rollout & { readonly position: number }>({
  name: 'Rollout',
  tableName: 'rollouts',
  columns: {
    id: column.primary(column.uuid('id')),
    position: column.hidden(column.numbered(column.bigint('position'))),
    model: column.text('model'),
    deploymentId: column.uuid('deployment_id'),
    runId: column.optional(column.uuid('run_id')),
    strategy: column.text('strategy'),
    champion: column.integer('champion'),
    challenger: column.integer('challenger'),
    status: column.text('status'),
    plan: column.jsonb('plan'),
    step: column.integer('step'),
    share: column.float8('share'),
    stepSince: column.instant('step_since'),
    revision: column.integer('revision'),
    simulated: column.boolean('simulated'),
    startedBy: column.text('started_by'),
    reason: column.text('reason'),
    startedAt: column.instant('started_at'),
    asOf: column.instant('as_of'),
    endedAt: column.optional(column.instant('ended_at')),
    endedAsOf: column.optional(column.instant('ended_as_of')),
    endedBy: column.optional(column.text('ended_by')),
    endReason: column.optional(column.text('end_reason')),
  },
  uniques: [
    { name: 'rollouts_position_key', columns: ['position'] },
    { name: 'rollouts_deployment_id_key', columns: ['deploymentId'] },
  ],
  indices: [
    { name: 'rollouts_one_running_per_model', columns: ['model'], unique: true, where: `status = 'running'` },
    { name: 'rollouts_model_position_idx', columns: ['model', 'position'] },
  ],
  checks: [
    {
      name: 'rollouts_status_check',
      expression: `status IN ('running', 'promoted', 'rolled_back', 'undecided', 'aborted', 'superseded')`,
    },
  ],
  foreignKeys: [
    {
      name: 'rollouts_deployment_id_fkey',
      target: 'Deployment',
      columnNames: ['deploymentId'],
      referencedColumnNames: ['id'],
    },
    {
      name: 'rollouts_champion_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'champion'],
      referencedColumnNames: ['model', 'version'],
    },
    {
      name: 'rollouts_challenger_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'challenger'],
      referencedColumnNames: ['model', 'version'],
    },
  ],
});

export const rolloutLookSchema = new EntitySchema<RolloutLook>({
  name: 'RolloutLook',
  tableName: 'rollout_looks',
  columns: {
    rolloutId: column.primary(column.uuid('rollout_id')),
    number: column.primary(column.integer('number')),
    at: column.instant('at'),
    asOf: column.instant('as_of'),
    step: column.integer('step'),
    share: column.float8('share'),
    verdict: column.text('verdict'),
    code: column.text('code'),
    reason: column.text('reason'),
    outcomes: column.integer('outcomes'),
    evidence: column.jsonb('evidence'),
  },
  foreignKeys: [ofRollout('rollout_looks_rollout_id_fkey')],
});

export const armTallySchema = new EntitySchema<ArmTally>({
  name: 'ArmTally',
  tableName: 'rollout_tallies',
  columns: {
    rolloutId: column.primary(column.uuid('rollout_id')),
    arm: column.primary(column.text('arm')),
    process: column.primary(column.uuid('process')),
    requests: column.bigint('requests'),
    errors: column.bigint('errors'),
    dropped: column.bigint('dropped'),
    latencies: column.jsonb('latencies'),
  },
  checks: [{ name: 'rollout_tallies_arm_check', expression: `arm IN ('champion', 'challenger')` }],
  foreignKeys: [ofRollout('rollout_tallies_rollout_id_fkey')],
});
