import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Versions that must not answer again. */
export class AddQuarantines1764700000000 implements MigrationInterface {
  readonly name = 'AddQuarantines1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE quarantines (
        model text NOT NULL,
        version integer NOT NULL,
        sha256 text NOT NULL,
        origin text,
        quarantined_by text NOT NULL,
        reason text NOT NULL,
        quarantined_at timestamptz(3) NOT NULL,
        released_by text,
        release_reason text,
        released_at timestamptz(3),
        PRIMARY KEY (model, version),
        CONSTRAINT quarantines_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE quarantines');
  }
}
