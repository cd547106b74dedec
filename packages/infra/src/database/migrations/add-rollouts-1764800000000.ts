import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Challengers that are tried on live requests: rollouts, what was seen of them, and pairs of answers. */
export class AddRollouts1764800000000 implements MigrationInterface {
  readonly name = 'AddRollouts1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const change of [rollouts, pairs, states]) await runner.query(change);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE rollout_tallies, rollout_looks, rollouts;
      ALTER TABLE predictions DROP COLUMN rollout_id, DROP COLUMN rollout_share, DROP COLUMN assigned, DROP COLUMN pair_of`);
  }
}

const rollouts = `
  CREATE TABLE rollouts (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT rollouts_position_key UNIQUE,
    model text NOT NULL,
    deployment_id uuid NOT NULL CONSTRAINT rollouts_deployment_id_key UNIQUE
      CONSTRAINT rollouts_deployment_id_fkey REFERENCES deployments (id),
    run_id uuid,
    strategy text NOT NULL,
    champion integer NOT NULL,
    challenger integer NOT NULL,
    status text NOT NULL CONSTRAINT rollouts_status_check CHECK (
      status IN ('running', 'promoted', 'rolled_back', 'undecided', 'aborted', 'superseded')),
    plan jsonb NOT NULL,
    step integer NOT NULL,
    share double precision NOT NULL,
    step_since timestamptz(3) NOT NULL,
    revision integer NOT NULL,
    simulated boolean NOT NULL,
    started_by text NOT NULL,
    reason text NOT NULL,
    started_at timestamptz(3) NOT NULL,
    as_of timestamptz(3) NOT NULL,
    ended_at timestamptz(3),
    ended_as_of timestamptz(3),
    ended_by text,
    end_reason text,
    CONSTRAINT rollouts_champion_fkey FOREIGN KEY (model, champion) REFERENCES model_versions (model, version),
    CONSTRAINT rollouts_challenger_fkey FOREIGN KEY (model, challenger) REFERENCES model_versions (model, version)
  );
  CREATE UNIQUE INDEX rollouts_one_running_per_model ON rollouts (model) WHERE status = 'running';
  CREATE INDEX rollouts_model_position_idx ON rollouts (model, position);

  CREATE TABLE rollout_looks (
    rollout_id uuid NOT NULL CONSTRAINT rollout_looks_rollout_id_fkey REFERENCES rollouts (id),
    number integer NOT NULL,
    at timestamptz(3) NOT NULL,
    as_of timestamptz(3) NOT NULL,
    step integer NOT NULL,
    share double precision NOT NULL,
    verdict text NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    outcomes integer NOT NULL,
    evidence jsonb NOT NULL,
    PRIMARY KEY (rollout_id, number)
  );

  CREATE TABLE rollout_tallies (
    rollout_id uuid NOT NULL CONSTRAINT rollout_tallies_rollout_id_fkey REFERENCES rollouts (id),
    arm text NOT NULL CONSTRAINT rollout_tallies_arm_check CHECK (arm IN ('champion', 'challenger')),
    process uuid NOT NULL,
    requests bigint NOT NULL,
    errors bigint NOT NULL,
    dropped bigint NOT NULL,
    latencies jsonb NOT NULL,
    PRIMARY KEY (rollout_id, arm, process)
  );
`;

const pairs = `
  ALTER TABLE predictions
    ADD COLUMN rollout_id uuid,
    ADD COLUMN rollout_share double precision,
    ADD COLUMN assigned text CONSTRAINT predictions_assigned_check CHECK (assigned IN ('champion', 'challenger')),
    ADD COLUMN pair_of uuid;
  CREATE INDEX predictions_rollout_seq_idx ON predictions (rollout_id, seq) WHERE rollout_id IS NOT NULL;
  CREATE INDEX predictions_pair_of_idx ON predictions (pair_of) WHERE pair_of IS NOT NULL;
`;

const states = `
  ALTER TABLE deployments DROP CONSTRAINT deployments_status_check, ADD CONSTRAINT deployments_status_check CHECK (
    status IN ('awaiting_approval', 'rolling_out', 'promoted', 'rejected', 'expired', 'superseded', 'rolled_back'));
  ALTER TABLE training_runs DROP CONSTRAINT training_runs_status_check, ADD CONSTRAINT training_runs_status_check CHECK (
    status IN ('queued', 'running', 'awaiting_approval', 'rolling_out', 'deployed', 'rejected', 'failed', 'cancelled'));
`;
