import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Raw rows of a version's training features, kept as an artifact. Earlier versions have none. */
export class AddReferenceSamples1764360000000 implements MigrationInterface {
  readonly name = 'AddReferenceSamples1764360000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE model_versions ADD COLUMN reference_sample jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE model_versions DROP COLUMN reference_sample');
  }
}
