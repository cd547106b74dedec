import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The fits of runs, shared by all trainers. */
export class AddTrainingPieces1764400000000 implements MigrationInterface {
  readonly name = 'AddTrainingPieces1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE training_pieces (
        id uuid PRIMARY KEY,
        position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT training_pieces_position_key UNIQUE,
        run_id uuid NOT NULL CONSTRAINT training_pieces_run_id_fkey REFERENCES training_runs (id) ON DELETE CASCADE,
        model text NOT NULL,
        key text NOT NULL,
        work jsonb NOT NULL,
        status text NOT NULL CONSTRAINT training_pieces_status_check CHECK (
          status IN ('queued', 'running', 'fitted', 'failed')),
        attempt integer NOT NULL,
        attempt_token text,
        lease_until timestamptz(3),
        progress double precision NOT NULL,
        created_at timestamptz(3) NOT NULL,
        started_at timestamptz(3),
        finished_at timestamptz(3),
        cached boolean NOT NULL,
        result jsonb,
        failure jsonb,
        CONSTRAINT training_pieces_one_per_key UNIQUE (run_id, key),
        CONSTRAINT training_pieces_holder_check CHECK (
          (status = 'running') = (attempt_token IS NOT NULL) AND (status = 'running') = (lease_until IS NOT NULL)),
        CONSTRAINT training_pieces_result_check CHECK ((status = 'fitted') = (result IS NOT NULL))
      );
      CREATE INDEX training_pieces_fitted_idx ON training_pieces (key) WHERE status = 'fitted';
      CREATE INDEX training_pieces_model_position_idx ON training_pieces (model, position)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE training_pieces');
  }
}
