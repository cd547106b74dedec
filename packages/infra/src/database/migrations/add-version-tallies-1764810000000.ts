import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What champions have done with the requests that reached them. */
export class AddVersionTallies1764810000000 implements MigrationInterface {
  readonly name = 'AddVersionTallies1764810000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE version_tallies (
        model text NOT NULL,
        version integer NOT NULL,
        process uuid NOT NULL,
        requests bigint NOT NULL,
        errors bigint NOT NULL,
        latencies jsonb NOT NULL,
        PRIMARY KEY (model, version, process),
        CONSTRAINT version_tallies_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE version_tallies');
  }
}
