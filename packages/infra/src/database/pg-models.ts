import {
  Models,
  notFound,
  type Alias,
  type AliasMove,
  type AliasName,
  type Clock,
  type Ids,
  type Model,
  type ModelVersion,
  type MoveAlias,
  type NewModelVersion,
  type Page,
  type PageRequest,
} from '@retrain/core';
import type { Database } from './database.js';
import { sqlStateOf } from './pg-errors.js';
import { pgPage } from './pg-page.js';
import { aliasMoveSchema, aliasSchema, modelSchema, modelVersionSchema } from './schema/models.schema.js';
import { isUuid } from './uuid.js';

const foreignKeyViolation = '23503';

export class PgModels extends Models {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
  }

  async ensure(name: string, definition: string): Promise<Model> {
    await this.database.query(
      `INSERT INTO models (name, definition, monitoring, created_at) VALUES ($1, $2, true, $3) ON CONFLICT DO NOTHING`,
      [name, definition, this.clock.now()],
    );
    return (await this.find(name))!;
  }

  find(name: string): Promise<Model | undefined> {
    return this.database.object(modelSchema, `SELECT * FROM models WHERE name = $1`, [name]);
  }

  list(): Promise<readonly Model[]> {
    return this.database.objects(modelSchema, `SELECT * FROM models ORDER BY name COLLATE "C"`);
  }

  async setMonitoring(name: string, monitoring: boolean): Promise<boolean> {
    const sql = `UPDATE models SET monitoring = $2 WHERE name = $1 AND monitoring <> $2`;
    return (await this.database.query(sql, [name, monitoring])).count > 0;
  }

  addVersion(version: NewModelVersion): Promise<ModelVersion> {
    const { model, runId, artifact, evaluation, featureProfile, referenceSample, lineage } = version;
    return this.database.transaction(async () => {
      // The model's row serialises the numbering.
      const { count } = await this.database.query(`SELECT 1 FROM models WHERE name = $1 FOR NO KEY UPDATE`, [model]);
      if (count === 0) throw notFound('unknown_model', `There is no model "${model}".`);
      const existing = runId === undefined ? undefined : await this.versionOfRun(runId);
      if (existing) return existing;
      const added = await this.database.object(
        modelVersionSchema,
        `INSERT INTO model_versions (model, version, id, run_id, artifact_uri, artifact_sha256, artifact_bytes,
           evaluation, feature_profile, lineage, created_at, reference_sample)
         SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
         FROM model_versions WHERE model = $1 RETURNING *`,
        [
          ...[model, this.ids.next(), runId ?? null, artifact.uri, artifact.sha256, artifact.bytes],
          ...[evaluation, featureProfile, lineage].map((value) => (value ? JSON.stringify(value) : null)),
          this.clock.now(),
          referenceSample ? JSON.stringify(referenceSample) : null,
        ],
      );
      return added!;
    });
  }

  version(model: string, version: number): Promise<ModelVersion | undefined> {
    const sql = `SELECT * FROM model_versions WHERE model = $1 AND version = $2`;
    return this.database.object(modelVersionSchema, sql, [model, version]);
  }

  async versionOfRun(runId: string): Promise<ModelVersion | undefined> {
    if (!isUuid(runId)) return undefined;
    return this.database.object(modelVersionSchema, `SELECT * FROM model_versions WHERE run_id = $1`, [runId]);
  }

  versions(model: string, page: PageRequest): Promise<Page<ModelVersion>> {
    const list = { schema: modelVersionSchema, table: 'model_versions', by: 'version' };
    return pgPage(this.database, { ...list, where: 'model = $1', parameters: [model] }, page);
  }

  alias(model: string, alias: AliasName): Promise<Alias | undefined> {
    const sql = `SELECT * FROM aliases WHERE model = $1 AND alias = $2`;
    return this.database.object(aliasSchema, sql, [model, alias]);
  }

  async moveAlias(move: MoveAlias): Promise<Alias | undefined> {
    const { model, alias, version } = move;
    try {
      return await this.database.transaction(() => this.compareAndMove(move));
    } catch (error) {
      if (sqlStateOf(error) !== foreignKeyViolation) throw error;
      throw notFound('unknown_version', `Model "${model}" has no version ${version} for its ${alias}.`);
    }
  }

  private async compareAndMove(move: MoveAlias): Promise<Alias | undefined> {
    const { model, alias, version, expectedRevision, deploymentId, actor, reason, asOf } = move;
    const movedAt = this.clock.now();
    const sql = `SELECT * FROM aliases WHERE model = $1 AND alias = $2 FOR UPDATE`;
    const current = await this.database.object(aliasSchema, sql, [model, alias]);
    if ((current?.revision ?? 0) !== expectedRevision) return undefined;
    const moved = await this.database.object(
      aliasSchema,
      current
        ? `UPDATE aliases SET version = $3, revision = $4, moved_at = $5 WHERE model = $1 AND alias = $2 RETURNING *`
        : `INSERT INTO aliases (model, alias, version, revision, moved_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT DO NOTHING RETURNING *`,
      [model, alias, version, expectedRevision + 1, movedAt],
    );
    if (!moved) return undefined;
    await this.database.query(
      `INSERT INTO alias_moves (model, alias, version, previous_version, deployment_id, actor, reason, moved_at, as_of)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [model, alias, version, current?.version ?? null, deploymentId ?? null, actor, reason, movedAt, asOf],
    );
    return moved;
  }

  aliasMoves(model: string, alias: AliasName, page: PageRequest): Promise<Page<AliasMove>> {
    const list = { schema: aliasMoveSchema, table: 'alias_moves', by: 'id' };
    return pgPage(this.database, { ...list, where: 'model = $1 AND alias = $2', parameters: [model, alias] }, page);
  }

  aliasAt(model: string, alias: AliasName, time: Date, by: 'wall_clock' | 'as_of'): Promise<AliasMove | undefined> {
    const column = by === 'as_of' ? 'as_of' : 'moved_at';
    return this.database.object(
      aliasMoveSchema,
      `SELECT * FROM alias_moves WHERE model = $1 AND alias = $2 AND ${column} <= $3
       ORDER BY ${column} DESC, id DESC LIMIT 1`,
      [model, alias, time],
    );
  }
}
