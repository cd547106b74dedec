import {
  Models,
  moveHash,
  notFound,
  refuseDeleted,
  type Alias,
  type AliasLedger,
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
import type { Database, Row } from './database.js';
import { pgPage } from './pg-page.js';
import { aliasMoveSchema, modelSchema, modelVersionSchema } from './schema/models.schema.js';
import { isUuid } from './uuid.js';

/** A row of the ledger with what stands beside it; a ledger without moves has one for the alias row alone. */
interface LedgerRow extends Row {
  readonly moved: boolean;
  readonly version_sha256: string | null;
  readonly row_version: number | null;
  readonly row_revision: number | null;
}

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

  async hold(model: string, version: number): Promise<ModelVersion> {
    const sql = `SELECT * FROM model_versions WHERE model = $1 AND version = $2 FOR SHARE`;
    const held = await this.database.object(modelVersionSchema, sql, [model, version]);
    if (!held) throw notFound('unknown_version', `Model "${model}" has no version ${version}.`);
    refuseDeleted(held);
    return held;
  }

  markDeleted(model: string, version: number, by: string): Promise<ModelVersion | undefined> {
    // The row stays locked until the unit of work ends: `hold` and `moveAlias` wait for it, and it for them.
    const sql = `UPDATE model_versions SET deleted_at = $3, deleted_by = $4
      WHERE model = $1 AND version = $2 AND deleted_at IS NULL RETURNING *`;
    return this.database.object(modelVersionSchema, sql, [model, version, this.clock.now(), by]);
  }

  async alias(model: string, alias: AliasName): Promise<Alias | undefined> {
    const last = await this.lastMove(model, alias);
    return last && aliasOf(last);
  }

  async aliases(alias: AliasName): Promise<readonly Alias[]> {
    const last = `SELECT * FROM alias_moves m WHERE m.model = models.name AND m.alias = $1 ORDER BY m.revision DESC LIMIT 1`;
    const sql = `SELECT last.* FROM models CROSS JOIN LATERAL (${last}) last`;
    return (await this.database.objects(aliasMoveSchema, sql, [alias])).map(aliasOf);
  }

  async ledger(model: string, alias: AliasName): Promise<AliasLedger> {
    // One statement, hence one moment: a move that is committed meanwhile is in it whole or not at all.
    const { rows } = await this.database.query<LedgerRow>(
      `SELECT m.id IS NOT NULL AS moved, m.*, v.artifact_sha256 AS version_sha256,
         a.version AS row_version, a.revision AS row_revision
       FROM (SELECT $1::text AS model, $2::text AS alias) asked
         LEFT JOIN aliases a USING (model, alias)
         LEFT JOIN alias_moves m USING (model, alias)
         LEFT JOIN model_versions v ON v.model = m.model AND v.version = m.version
       ORDER BY m.revision, m.id`,
      [model, alias],
    );
    const moved = rows.filter((row) => row.moved);
    const moves = this.database.hydrate(aliasMoveSchema, moved).map((move, index) => {
      return { move, versionSha256: moved[index]!.version_sha256 ?? undefined };
    });
    const { row_version: version, row_revision: revision } = rows[0] ?? {};
    const named = typeof version === 'number' && typeof revision === 'number';
    return { moves, ...(named ? { row: { version, revision } } : {}) };
  }

  async restoreAlias(model: string, alias: AliasName): Promise<boolean> {
    return this.database.transaction(async () => {
      const last = await this.lastMove(model, alias);
      if (last) return this.writeAlias(last);
      const sql = `DELETE FROM aliases WHERE model = $1 AND alias = $2`;
      return (await this.database.query(sql, [model, alias])).count > 0;
    });
  }

  moveAlias(move: MoveAlias): Promise<Alias | undefined> {
    return this.database.transaction(() => this.compareAndMove(move));
  }

  private async compareAndMove(move: MoveAlias): Promise<Alias | undefined> {
    const { expectedRevision, ...decision } = move;
    const { model, alias, version } = move;
    const last = await this.lastMove(model, alias);
    if ((last?.revision ?? 0) !== expectedRevision) return undefined;
    const { sha256: artifactSha256 } = (await this.hold(model, version)).artifact;
    const now = this.clock.now();
    const made = {
      ...decision,
      ...{ artifactSha256, revision: expectedRevision + 1 },
      ...(last ? { previousVersion: last.version, previousHash: last.hash } : {}),
      movedAt: last && last.movedAt > now ? last.movedAt : now,
    };
    const moved = await this.insertMove(made);
    // Somebody else has made this move of the alias first.
    if (!moved) return undefined;
    await this.writeAlias(moved);
    return aliasOf(moved);
  }

  private insertMove(made: Omit<AliasMove, 'id' | 'hash'>): Promise<AliasMove | undefined> {
    const { model, alias, version, previousVersion, revision, artifactSha256, deploymentId } = made;
    return this.database.object(
      aliasMoveSchema,
      `INSERT INTO alias_moves (model, alias, version, previous_version, revision, artifact_sha256, deployment_id, actor,
         reason, moved_at, as_of, previous_hash, hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
       ON CONFLICT (model, alias, revision) DO NOTHING RETURNING *`,
      [
        ...[model, alias, version, previousVersion ?? null, revision, artifactSha256, deploymentId ?? null],
        ...[made.actor, made.reason, made.movedAt, made.asOf, made.previousHash ?? null, moveHash(made)],
      ],
    );
  }

  /** The row that repeats the last move; answers whether it was another one. */
  private async writeAlias({ model, alias, version, revision, movedAt }: AliasMove): Promise<boolean> {
    const { count } = await this.database.query(
      `INSERT INTO aliases AS a (model, alias, version, revision, moved_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (model, alias) DO UPDATE SET version = $3, revision = $4, moved_at = $5
       WHERE (a.version, a.revision) <> ($3, $4)`,
      [model, alias, version, revision, movedAt],
    );
    return count > 0;
  }

  private lastMove(model: string, alias: AliasName): Promise<AliasMove | undefined> {
    const sql = `SELECT * FROM alias_moves WHERE model = $1 AND alias = $2 ORDER BY revision DESC LIMIT 1`;
    return this.database.object(aliasMoveSchema, sql, [model, alias]);
  }

  movesOfVersion(model: string, version: number, limit: number): Promise<readonly AliasMove[]> {
    return this.database.objects(
      aliasMoveSchema,
      `SELECT * FROM alias_moves WHERE model = $1 AND (version = $2 OR previous_version = $2) ORDER BY id LIMIT $3`,
      [model, version, limit],
    );
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

function aliasOf({ model, alias, version, revision, movedAt }: AliasMove): Alias {
  return { model, alias, version, revision, movedAt };
}
