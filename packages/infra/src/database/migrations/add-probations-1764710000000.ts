import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of new champions after their promotion. */
export class AddProbations1764710000000 implements MigrationInterface {
  readonly name = 'AddProbations1764710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE probations (
        model text NOT NULL,
        move_id bigint NOT NULL,
        version integer NOT NULL,
        previous_version integer NOT NULL,
        rules jsonb NOT NULL,
        status text NOT NULL,
        started_at timestamptz(3) NOT NULL,
        as_of timestamptz(3) NOT NULL,
        checked_at timestamptz(3),
        outcomes integer NOT NULL,
        reason text NOT NULL,
        evidence jsonb NOT NULL,
        PRIMARY KEY (model, move_id),
        CONSTRAINT probations_status_check
          CHECK (status IN ('watching', 'passed', 'rolled_back', 'undecided', 'superseded')),
        CONSTRAINT probations_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE probations');
  }
}
