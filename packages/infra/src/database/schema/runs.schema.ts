import type {
  Approval,
  Circuit,
  Deployment,
  DriftWatchKey,
  JsonObject,
  TrainingRun,
  TriggerEvaluation,
} from '@retrain/core';
import { EntitySchema } from 'typeorm';
import * as column from './columns.js';

const ofModel = (name: string) => ({
  name,
  target: 'Model',
  columnNames: ['model'],
  referencedColumnNames: ['name'],
});

/** Rows of lists have a position: the order of arrival, which cursors name. */
type Listed<T> = T & { readonly position: number };

export const trainingRunSchema = new EntitySchema<Listed<TrainingRun>>({
  name: 'TrainingRun',
  tableName: 'training_runs',
  columns: {
    id: column.primary(column.uuid('id')),
    position: column.hidden(column.numbered(column.bigint('position'))),
    model: column.text('model'),
    status: column.text('status'),
    triggers: column.texts('triggers'),
    reason: column.text('reason'),
    forced: column.boolean('forced'),
    requestedBy: column.text('requested_by'),
    asOf: column.instant('as_of'),
    simulated: column.boolean('simulated'),
    requestedAt: column.instant('requested_at'),
    startedAt: column.optional(column.instant('started_at')),
    finishedAt: column.optional(column.instant('finished_at')),
    notBefore: column.optional(column.instant('not_before')),
    attempt: column.integer('attempt'),
    attemptToken: column.optional(column.text('attempt_token')),
    leaseUntil: column.optional(column.instant('lease_until')),
    stage: column.optional(column.text('stage')),
    progress: column.float8('progress'),
    outputs: column.jsonb('outputs'),
    coalesced: { ...column.integer('coalesced'), default: 0 },
    cancelRequested: column.optional(column.jsonb('cancel_requested')),
    configRevision: column.integer('config_revision'),
    predictionSeq: column.bigint('prediction_seq'),
    candidateVersion: column.optional(column.integer('candidate_version')),
    failure: column.optional(column.jsonb('failure')),
    result: column.optional(column.jsonb('result')),
  },
  indices: [
    {
      name: 'training_runs_one_active_per_model',
      columns: ['model'],
      unique: true,
      where: `status IN ('queued', 'running')`,
    },
    { name: 'training_runs_model_position_idx', columns: ['model', 'position'] },
    { name: 'training_runs_status_idx', columns: ['status'] },
  ],
  uniques: [{ name: 'training_runs_position_key', columns: ['position'] }],
  checks: [
    {
      name: 'training_runs_status_check',
      expression: `status IN ('queued', 'running', 'awaiting_approval', 'rolling_out', 'deployed', 'rejected', 'failed', 'cancelled')`,
    },
    {
      name: 'training_runs_holder_check',
      expression: `(status = 'running') = (attempt_token IS NOT NULL) AND (status = 'running') = (lease_until IS NOT NULL)`,
    },
  ],
  foreignKeys: [ofModel('training_runs_model_fkey')],
});

export const triggerEvaluationSchema = new EntitySchema<Listed<TriggerEvaluation> & { readonly fired: boolean }>({
  name: 'TriggerEvaluation',
  tableName: 'trigger_evaluations',
  columns: {
    id: column.primary(column.uuid('id')),
    position: column.hidden(column.numbered(column.bigint('position'))),
    model: column.text('model'),
    evaluatedAt: column.instant('evaluated_at'),
    asOf: column.instant('as_of'),
    championVersion: column.optional(column.integer('champion_version')),
    simulated: { ...column.boolean('simulated'), default: false },
    verdicts: column.jsonb('verdicts'),
    fired: column.hidden(column.boolean('fired')),
    decision: column.text('decision'),
    cooldownUntil: column.optional(column.instant('cooldown_until')),
    circuitOpenUntil: column.optional(column.instant('circuit_open_until')),
    runId: column.optional(column.uuid('run_id')),
    predictionCount: column.bigint('prediction_count'),
    daysSinceLastRetraining: column.optional(column.float8('days_since_last_retraining')),
  },
  uniques: [{ name: 'trigger_evaluations_position_key', columns: ['position'] }],
  indices: [
    { name: 'trigger_evaluations_model_position_idx', columns: ['model', 'position'] },
    { name: 'trigger_evaluations_clock_idx', columns: ['model', 'simulated', 'asOf', 'position'] },
    { name: 'trigger_evaluations_fired_idx', columns: ['model', 'position'], where: 'fired' },
  ],
  foreignKeys: [ofModel('trigger_evaluations_model_fkey')],
});

export const deploymentSchema = new EntitySchema<Listed<Deployment>>({
  name: 'Deployment',
  tableName: 'deployments',
  columns: {
    id: column.primary(column.uuid('id')),
    position: column.hidden(column.numbered(column.bigint('position'))),
    model: column.text('model'),
    version: column.integer('version'),
    previousVersion: column.optional(column.integer('previous_version')),
    runId: column.optional(column.uuid('run_id')),
    kind: column.text('kind'),
    strategy: column.text('strategy'),
    status: column.text('status'),
    artifactSha256: column.text('artifact_sha256'),
    evidenceHash: column.text('evidence_hash'),
    evidence: column.jsonb('evidence'),
    quorum: { ...column.integer('quorum'), default: 1 },
    fourEyes: { ...column.boolean('four_eyes'), default: false },
    requestedBy: column.text('requested_by'),
    reason: column.text('reason'),
    decidedBy: column.optional(column.text('decided_by')),
    decisionReason: column.optional(column.text('decision_reason')),
    asOf: column.instant('as_of'),
    createdAt: column.instant('created_at'),
    expiresAt: column.optional(column.instant('expires_at')),
    decidedAt: column.optional(column.instant('decided_at')),
  },
  uniques: [
    { name: 'deployments_position_key', columns: ['position'] },
    { name: 'deployments_run_id_key', columns: ['runId'] },
  ],
  indices: [
    { name: 'deployments_model_position_idx', columns: ['model', 'position'] },
    { name: 'deployments_waiting_idx', columns: ['expiresAt'], where: `status = 'awaiting_approval'` },
  ],
  checks: [
    { name: 'deployments_quorum_check', expression: 'quorum >= 1' },
    {
      name: 'deployments_status_check',
      expression: `status IN ('awaiting_approval', 'rolling_out', 'promoted', 'rejected', 'expired', 'superseded', 'rolled_back')`,
    },
  ],
  foreignKeys: [
    {
      name: 'deployments_version_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'version'],
      referencedColumnNames: ['model', 'version'],
    },
  ],
});

export const approvalSchema = new EntitySchema<Listed<Approval>>({
  name: 'Approval',
  tableName: 'approvals',
  columns: {
    deploymentId: column.primary(column.uuid('deployment_id')),
    actor: column.primary(column.text('actor')),
    position: column.hidden(column.numbered(column.bigint('position'))),
    reason: column.text('reason'),
    artifactSha256: column.text('artifact_sha256'),
    evidenceHash: column.text('evidence_hash'),
    at: column.instant('at'),
  },
  uniques: [{ name: 'approvals_position_key', columns: ['position'] }],
  foreignKeys: [
    {
      name: 'approvals_deployment_id_fkey',
      target: 'Deployment',
      columnNames: ['deploymentId'],
      referencedColumnNames: ['id'],
    },
  ],
});

/** A watch: what decides about a save in columns, the pictures as one document. */
export interface StoredDriftWatch extends DriftWatchKey {
  readonly seq: number;
  readonly revision: number;
  readonly state: JsonObject;
}

export const driftWatchSchema = new EntitySchema<StoredDriftWatch>({
  name: 'DriftWatch',
  tableName: 'drift_watches',
  columns: {
    model: column.primary(column.text('model')),
    version: column.primary(column.integer('version')),
    simulated: column.primary(column.boolean('simulated')),
    seq: column.bigint('seq'),
    revision: column.integer('revision'),
    state: column.jsonb('state'),
  },
  foreignKeys: [
    {
      name: 'drift_watches_version_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'version'],
      referencedColumnNames: ['model', 'version'],
    },
  ],
});

export const circuitSchema = new EntitySchema<Circuit>({
  name: 'Circuit',
  tableName: 'circuits',
  columns: {
    model: column.primary(column.text('model')),
    state: column.text('state'),
    failures: column.instants('failures'),
    openedAt: column.optional(column.instant('opened_at')),
    openUntil: column.optional(column.instant('open_until')),
    changedBy: column.text('changed_by'),
    reason: column.text('reason'),
    revision: column.integer('revision'),
  },
  checks: [
    { name: 'circuits_state_check', expression: `state IN ('closed', 'open', 'half_open')` },
    { name: 'circuits_open_check', expression: `state = 'closed' OR open_until IS NOT NULL` },
  ],
  foreignKeys: [ofModel('circuits_model_fkey')],
});
