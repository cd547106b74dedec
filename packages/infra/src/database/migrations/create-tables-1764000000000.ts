import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first tables. */
export class CreateTables1764000000000 implements MigrationInterface {
  readonly name = 'CreateTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of [models, runs, predictions, log]) await runner.query(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE config_revisions, deliveries, events, records, outcome_corrections, outcomes, predictions,
        deployments, trigger_evaluations, training_runs, alias_moves, aliases, model_versions, models;
      DROP SEQUENCE records_seq`);
  }
}

const models = `
  CREATE TABLE models (
    name text PRIMARY KEY,
    definition text NOT NULL,
    monitoring boolean NOT NULL,
    created_at timestamptz(3) NOT NULL
  );

  CREATE TABLE model_versions (
    model text NOT NULL CONSTRAINT model_versions_model_fkey REFERENCES models (name),
    version integer NOT NULL,
    id uuid NOT NULL CONSTRAINT model_versions_id_key UNIQUE,
    run_id uuid CONSTRAINT model_versions_run_id_key UNIQUE,
    artifact_uri text NOT NULL,
    artifact_sha256 text NOT NULL,
    artifact_bytes bigint NOT NULL,
    evaluation jsonb,
    feature_profile jsonb,
    lineage jsonb NOT NULL,
    created_at timestamptz(3) NOT NULL,
    PRIMARY KEY (model, version)
  );

  CREATE TABLE aliases (
    model text NOT NULL,
    alias text NOT NULL CONSTRAINT aliases_alias_check CHECK (alias IN ('champion', 'challenger')),
    version integer NOT NULL,
    revision integer NOT NULL,
    moved_at timestamptz(3) NOT NULL,
    PRIMARY KEY (model, alias),
    CONSTRAINT aliases_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
  );

  CREATE TABLE alias_moves (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL,
    alias text NOT NULL,
    version integer NOT NULL,
    previous_version integer,
    deployment_id uuid,
    actor text NOT NULL,
    reason text NOT NULL,
    moved_at timestamptz(3) NOT NULL,
    as_of timestamptz(3) NOT NULL,
    CONSTRAINT alias_moves_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
  );
  CREATE INDEX alias_moves_moved_at_idx ON alias_moves (model, alias, moved_at);
  CREATE INDEX alias_moves_as_of_idx ON alias_moves (model, alias, as_of);
`;

const runs = `
  CREATE TABLE training_runs (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT training_runs_position_key UNIQUE,
    model text NOT NULL CONSTRAINT training_runs_model_fkey REFERENCES models (name),
    status text NOT NULL CONSTRAINT training_runs_status_check CHECK (
      status IN ('queued', 'running', 'awaiting_approval', 'deployed', 'rejected', 'failed', 'cancelled')),
    triggers text[] NOT NULL,
    reason text NOT NULL,
    forced boolean NOT NULL,
    requested_by text NOT NULL,
    as_of timestamptz(3) NOT NULL,
    simulated boolean NOT NULL,
    requested_at timestamptz(3) NOT NULL,
    started_at timestamptz(3),
    finished_at timestamptz(3),
    not_before timestamptz(3),
    attempt integer NOT NULL,
    attempt_token text,
    lease_until timestamptz(3),
    stage text,
    progress double precision NOT NULL,
    outputs jsonb NOT NULL,
    cancel_requested jsonb,
    config_revision integer NOT NULL,
    prediction_seq bigint NOT NULL,
    candidate_version integer,
    failure jsonb,
    result jsonb,
    CONSTRAINT training_runs_holder_check CHECK (
      (status = 'running') = (attempt_token IS NOT NULL) AND (status = 'running') = (lease_until IS NOT NULL))
  );
  CREATE UNIQUE INDEX training_runs_one_active_per_model ON training_runs (model) WHERE status IN ('queued', 'running');
  CREATE INDEX training_runs_model_position_idx ON training_runs (model, position);
  CREATE INDEX training_runs_status_idx ON training_runs (status);

  CREATE TABLE trigger_evaluations (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT trigger_evaluations_position_key UNIQUE,
    model text NOT NULL CONSTRAINT trigger_evaluations_model_fkey REFERENCES models (name),
    evaluated_at timestamptz(3) NOT NULL,
    as_of timestamptz(3) NOT NULL,
    verdicts jsonb NOT NULL,
    fired boolean NOT NULL,
    decision text NOT NULL,
    cooldown_until timestamptz(3),
    run_id uuid,
    prediction_count bigint NOT NULL,
    days_since_last_retraining double precision
  );
  CREATE INDEX trigger_evaluations_model_position_idx ON trigger_evaluations (model, position);
  CREATE INDEX trigger_evaluations_fired_idx ON trigger_evaluations (model, position) WHERE fired;

  CREATE TABLE deployments (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT deployments_position_key UNIQUE,
    model text NOT NULL,
    version integer NOT NULL,
    previous_version integer,
    run_id uuid CONSTRAINT deployments_run_id_key UNIQUE,
    kind text NOT NULL,
    strategy text NOT NULL,
    status text NOT NULL CONSTRAINT deployments_status_check CHECK (
      status IN ('awaiting_approval', 'promoted', 'rejected', 'expired', 'superseded', 'rolled_back')),
    artifact_sha256 text NOT NULL,
    evidence_hash text NOT NULL,
    evidence jsonb NOT NULL,
    requested_by text NOT NULL,
    reason text NOT NULL,
    decided_by text,
    decision_reason text,
    as_of timestamptz(3) NOT NULL,
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3),
    decided_at timestamptz(3),
    CONSTRAINT deployments_version_fkey FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
  );
  CREATE INDEX deployments_model_position_idx ON deployments (model, position);
  CREATE INDEX deployments_waiting_idx ON deployments (expires_at) WHERE status = 'awaiting_approval';
`;

const predictions = `
  CREATE TABLE predictions (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL CONSTRAINT predictions_id_key UNIQUE,
    model text NOT NULL,
    version integer NOT NULL,
    arm text NOT NULL CONSTRAINT predictions_arm_check CHECK (arm IN ('champion', 'challenger', 'shadow')),
    key text,
    input jsonb NOT NULL,
    features real[] NOT NULL,
    scores double precision[] NOT NULL,
    occurred_at timestamptz(3) NOT NULL,
    recorded_at timestamptz(3) NOT NULL
  );
  CREATE INDEX predictions_model_seq_idx ON predictions (model, seq);
  CREATE INDEX predictions_model_key_idx ON predictions (model, key) WHERE key IS NOT NULL;

  CREATE TABLE outcomes (
    prediction_id uuid PRIMARY KEY
      CONSTRAINT outcomes_prediction_id_fkey REFERENCES predictions (id) ON DELETE CASCADE,
    model text NOT NULL,
    outcome jsonb NOT NULL CONSTRAINT outcomes_outcome_check CHECK (jsonb_typeof(outcome) IN ('string', 'number')),
    observed_at timestamptz(3) NOT NULL,
    recorded_at timestamptz(3) NOT NULL,
    revision integer NOT NULL
  );
  CREATE INDEX outcomes_model_idx ON outcomes (model);

  CREATE TABLE outcome_corrections (
    prediction_id uuid NOT NULL
      CONSTRAINT outcome_corrections_prediction_id_fkey REFERENCES predictions (id) ON DELETE CASCADE,
    revision integer NOT NULL,
    model text NOT NULL,
    outcome jsonb NOT NULL,
    observed_at timestamptz(3) NOT NULL,
    recorded_at timestamptz(3) NOT NULL,
    corrected_at timestamptz(3) NOT NULL,
    PRIMARY KEY (prediction_id, revision)
  );

  CREATE SEQUENCE records_seq;
  CREATE TABLE records (
    model text NOT NULL,
    key text NOT NULL,
    seq bigint NOT NULL,
    occurred_at timestamptz(3) NOT NULL,
    payload jsonb NOT NULL,
    recorded_at timestamptz(3) NOT NULL,
    PRIMARY KEY (model, key),
    CONSTRAINT records_model_seq_key UNIQUE (model, seq)
  );
`;

const log = `
  CREATE TABLE events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL,
    model text,
    run_id uuid,
    actor text NOT NULL,
    payload jsonb NOT NULL,
    as_of timestamptz(3) NOT NULL,
    recorded_at timestamptz(3) NOT NULL
  );
  CREATE INDEX events_model_seq_idx ON events (model, seq);
  CREATE INDEX events_run_seq_idx ON events (run_id, seq) WHERE run_id IS NOT NULL;
  CREATE INDEX events_type_seq_idx ON events (type, seq);

  CREATE TABLE deliveries (
    consumer text PRIMARY KEY,
    seq bigint NOT NULL,
    attempts integer NOT NULL,
    not_before timestamptz(3)
  );

  CREATE TABLE config_revisions (
    revision integer PRIMARY KEY,
    actor text NOT NULL,
    source text NOT NULL,
    changed_at timestamptz(3) NOT NULL,
    changes jsonb NOT NULL,
    config jsonb NOT NULL,
    file jsonb NOT NULL,
    sources jsonb NOT NULL
  );
`;
