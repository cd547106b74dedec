import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who deleted a version, and when; its row stays. */
export class AddVersionDeletion1764820000000 implements MigrationInterface {
  readonly name = 'AddVersionDeletion1764820000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE model_versions ADD COLUMN deleted_at timestamptz(3), ADD COLUMN deleted_by text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE model_versions DROP COLUMN deleted_at, DROP COLUMN deleted_by');
  }
}
