import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a version's features look like, kept up from new rows only. */
export class AddDriftWatches1764100000000 implements MigrationInterface {
  readonly name = 'AddDriftWatches1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE drift_watches (
        model text NOT NULL,
        version integer NOT NULL,
        simulated boolean NOT NULL,
        seq bigint NOT NULL,
        revision integer NOT NULL,
        state jsonb NOT NULL,
        PRIMARY KEY (model, version, simulated),
        CONSTRAINT drift_watches_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE drift_watches');
  }
}
