import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which version a check judged, and on which clock. Of earlier checks it is not known. */
export class AddJudgedChampions1764350000000 implements MigrationInterface {
  readonly name = 'AddJudgedChampions1764350000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE trigger_evaluations
        ADD COLUMN champion_version integer,
        ADD COLUMN simulated boolean NOT NULL DEFAULT false;
      CREATE INDEX trigger_evaluations_clock_idx ON trigger_evaluations (model, simulated, as_of, position)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX trigger_evaluations_clock_idx;
      ALTER TABLE trigger_evaluations DROP COLUMN champion_version, DROP COLUMN simulated`);
  }
}
