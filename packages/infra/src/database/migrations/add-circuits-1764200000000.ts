import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Circuit breakers of models, and the firings that met a run. */
export class AddCircuits1764200000000 implements MigrationInterface {
  readonly name = 'AddCircuits1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE circuits (
        model text PRIMARY KEY,
        state text NOT NULL,
        failures timestamptz[] NOT NULL,
        opened_at timestamptz(3),
        open_until timestamptz(3),
        changed_by text NOT NULL,
        reason text NOT NULL,
        revision integer NOT NULL,
        CONSTRAINT circuits_state_check CHECK (state IN ('closed', 'open', 'half_open')),
        CONSTRAINT circuits_open_check CHECK (state = 'closed' OR open_until IS NOT NULL),
        CONSTRAINT circuits_model_fkey FOREIGN KEY (model) REFERENCES models (name)
      )`);
    await runner.query(`ALTER TABLE trigger_evaluations ADD COLUMN circuit_open_until timestamptz(3)`);
    await runner.query(`ALTER TABLE training_runs ADD COLUMN coalesced integer NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE training_runs DROP COLUMN coalesced');
    await runner.query('ALTER TABLE trigger_evaluations DROP COLUMN circuit_open_until');
    await runner.query('DROP TABLE circuits');
  }
}
