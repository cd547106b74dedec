import type { Alias, AliasMove, Model, ModelVersion } from '@retrain/core';
import { EntitySchema } from 'typeorm';
import * as column from './columns.js';

export const modelSchema = new EntitySchema<Model>({
  name: 'Model',
  tableName: 'models',
  columns: {
    name: column.primary(column.text('name')),
    definition: column.text('definition'),
    monitoring: column.boolean('monitoring'),
    createdAt: column.instant('created_at'),
  },
});

export const modelVersionSchema = new EntitySchema<ModelVersion>({
  name: 'ModelVersion',
  tableName: 'model_versions',
  columns: {
    model: column.primary(column.text('model')),
    version: column.primary(column.integer('version')),
    id: column.uuid('id'),
    runId: column.optional(column.uuid('run_id')),
    evaluation: column.optional(column.jsonbWithInstants('evaluation', ['from', 'until'])),
    featureProfile: column.optional(column.jsonb('feature_profile')),
    referenceSample: column.optional(column.jsonb('reference_sample')),
    lineage: column.jsonbWithInstants('lineage', ['trainedUntil']),
    createdAt: column.instant('created_at'),
    deletedAt: column.optional(column.instant('deleted_at')),
    deletedBy: column.optional(column.text('deleted_by')),
  },
  embeddeds: {
    artifact: {
      prefix: '',
      schema: new EntitySchema<ModelVersion['artifact']>({
        name: 'Artifact',
        columns: {
          uri: column.text('artifact_uri'),
          sha256: column.text('artifact_sha256'),
          bytes: column.bigint('artifact_bytes'),
        },
      }),
    },
  },
  uniques: [
    { name: 'model_versions_id_key', columns: ['id'] },
    { name: 'model_versions_run_id_key', columns: ['runId'] },
  ],
  foreignKeys: [
    { name: 'model_versions_model_fkey', target: 'Model', columnNames: ['model'], referencedColumnNames: ['name'] },
  ],
});

export const aliasSchema = new EntitySchema<Alias>({
  name: 'Alias',
  tableName: 'aliases',
  columns: {
    model: column.primary(column.text('model')),
    alias: column.primary(column.text('alias')),
    version: column.integer('version'),
    revision: column.integer('revision'),
    movedAt: column.instant('moved_at'),
  },
  checks: [{ name: 'aliases_alias_check', expression: `alias IN ('champion', 'challenger')` }],
  foreignKeys: [
    {
      name: 'aliases_version_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'version'],
      referencedColumnNames: ['model', 'version'],
    },
  ],
});

export const aliasMoveSchema = new EntitySchema<AliasMove>({
  name: 'AliasMove',
  tableName: 'alias_moves',
  columns: {
    id: column.primary(column.numbered(column.bigint('id'))),
    model: column.text('model'),
    alias: column.text('alias'),
    version: column.integer('version'),
    previousVersion: column.optional(column.integer('previous_version')),
    revision: column.integer('revision'),
    artifactSha256: column.text('artifact_sha256'),
    deploymentId: column.optional(column.uuid('deployment_id')),
    actor: column.text('actor'),
    reason: column.text('reason'),
    movedAt: column.instant('moved_at'),
    asOf: column.instant('as_of'),
    previousHash: column.optional(column.text('previous_hash')),
    hash: column.text('hash'),
  },
  uniques: [{ name: 'alias_moves_revision_key', columns: ['model', 'alias', 'revision'] }],
  indices: [
    { name: 'alias_moves_moved_at_idx', columns: ['model', 'alias', 'movedAt'] },
    { name: 'alias_moves_as_of_idx', columns: ['model', 'alias', 'asOf'] },
  ],
  foreignKeys: [
    {
      name: 'alias_moves_version_fkey',
      target: 'ModelVersion',
      columnNames: ['model', 'version'],
      referencedColumnNames: ['model', 'version'],
    },
  ],
});
