import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A check reads thousands of outcomes of one model, which lie on as many pages: the index holds all that it reads of them.
 */
export class AddOutcomesCoveringIndex1764900000000 implements MigrationInterface {
  readonly name = 'AddOutcomesCoveringIndex1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX outcomes_of_model_idx ON outcomes (model) INCLUDE (prediction_id, observed_at, outcome);
      DROP INDEX outcomes_model_idx`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX outcomes_model_idx ON outcomes (model);
      DROP INDEX outcomes_of_model_idx`);
  }
}
