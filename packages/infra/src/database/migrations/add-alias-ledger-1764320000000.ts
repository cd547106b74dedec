import { moveHash, type AliasMove } from '@retrain/core';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the moves of aliases a chain of hashes, and refuses edits of what was decided.
 *
 * A process of the release before cannot move an alias any more: its moves would break the chain.
 */
export class AddAliasLedger1764320000000 implements MigrationInterface {
  readonly name = 'AddAliasLedger1764320000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE alias_moves
        ADD COLUMN revision integer,
        ADD COLUMN artifact_sha256 text,
        ADD COLUMN previous_hash text,
        ADD COLUMN hash text`);
    await this.chain(runner);
    await runner.query(`
      ALTER TABLE alias_moves
        ALTER COLUMN revision SET NOT NULL,
        ALTER COLUMN artifact_sha256 SET NOT NULL,
        ALTER COLUMN hash SET NOT NULL,
        ADD CONSTRAINT alias_moves_revision_key UNIQUE (model, alias, revision)`);
    await runner.query(`
      CREATE FUNCTION refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
      END $$;
      CREATE TRIGGER alias_moves_immutable BEFORE UPDATE ON alias_moves
        FOR EACH ROW EXECUTE FUNCTION refuse_edit();
      CREATE TRIGGER approvals_immutable BEFORE UPDATE ON approvals
        FOR EACH ROW EXECUTE FUNCTION refuse_edit();
      CREATE TRIGGER model_versions_immutable
        BEFORE UPDATE OF model, version, id, run_id, artifact_uri, artifact_sha256, artifact_bytes, lineage, created_at
        ON model_versions FOR EACH ROW EXECUTE FUNCTION refuse_edit()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER model_versions_immutable ON model_versions;
      DROP TRIGGER approvals_immutable ON approvals;
      DROP TRIGGER alias_moves_immutable ON alias_moves;
      DROP FUNCTION refuse_edit;
      ALTER TABLE alias_moves
        DROP COLUMN revision, DROP COLUMN artifact_sha256, DROP COLUMN previous_hash, DROP COLUMN hash`);
  }

  /** Numbers and hashes the moves that are there. */
  private async chain(runner: QueryRunner): Promise<void> {
    const rows = (await runner.query(`
      SELECT m.*, v.artifact_sha256 AS sha256 FROM alias_moves m
        JOIN model_versions v ON v.model = m.model AND v.version = m.version
      ORDER BY m.model, m.alias, m.id`)) as readonly MoveRow[];
    let last: AliasMove | undefined;
    for (const row of rows) {
      const before = last?.model === row.model && last.alias === row.alias ? last : undefined;
      const made = {
        ...{ model: row.model, alias: row.alias, version: row.version, actor: row.actor, reason: row.reason },
        ...{ movedAt: row.moved_at, asOf: row.as_of, artifactSha256: row.sha256 },
        revision: (before?.revision ?? 0) + 1,
        ...(before ? { previousHash: before.hash } : {}),
        ...(row.previous_version === null ? {} : { previousVersion: row.previous_version }),
        ...(row.deployment_id === null ? {} : { deploymentId: row.deployment_id }),
      };
      last = { ...made, id: Number(row.id), hash: moveHash(made) };
      await runner.query(
        `UPDATE alias_moves SET revision = $2, artifact_sha256 = $3, previous_hash = $4, hash = $5 WHERE id = $1`,
        [row.id, last.revision, last.artifactSha256, last.previousHash ?? null, last.hash],
      );
    }
  }
}

interface MoveRow {
  readonly id: string;
  readonly model: string;
  readonly alias: AliasMove['alias'];
  readonly version: number;
  readonly previous_version: number | null;
  readonly deployment_id: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly moved_at: Date;
  readonly as_of: Date;
  readonly sha256: string;
}
