import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who let a proposal through, and how many people it needs. */
export class AddApprovals1764310000000 implements MigrationInterface {
  readonly name = 'AddApprovals1764310000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE deployments
        ADD COLUMN quorum integer NOT NULL DEFAULT 1 CONSTRAINT deployments_quorum_check CHECK (quorum >= 1),
        ADD COLUMN four_eyes boolean NOT NULL DEFAULT false;
      CREATE TABLE approvals (
        deployment_id uuid NOT NULL CONSTRAINT approvals_deployment_id_fkey REFERENCES deployments (id),
        actor text NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT approvals_position_key UNIQUE,
        reason text NOT NULL,
        artifact_sha256 text NOT NULL,
        evidence_hash text NOT NULL,
        at timestamptz(3) NOT NULL,
        PRIMARY KEY (deployment_id, actor)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE approvals;
      ALTER TABLE deployments DROP COLUMN quorum, DROP COLUMN four_eyes`);
  }
}
