import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric of the product by name; each app shows those that it knows something about, and Node's own. */
export class Metrics {
  readonly registry = new Registry();

  readonly predictions = new Counter({
    name: 'retrain_predictions_total',
    help: 'Recorded predictions.',
    labelNames: ['model', 'version', 'arm'],
    registers: [this.registry],
  });

  readonly predictionSeconds = new Histogram({
    name: 'retrain_prediction_seconds',
    help: 'Time from a request to its recorded answer.',
    labelNames: ['model'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });

  readonly outcomes = new Counter({
    name: 'retrain_outcomes_total',
    help: 'Reported outcomes by what they did: recorded, unchanged, corrected.',
    labelNames: ['model', 'effect'],
    registers: [this.registry],
  });

  readonly accuracy = new Gauge({
    name: 'retrain_accuracy',
    help: 'Accuracy of the champion on matured predictions, as of the last check.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly logLoss = new Gauge({
    name: 'retrain_log_loss',
    help: 'Log loss (natural) of the champion on matured predictions, as of the last check.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly excessLogLoss = new Gauge({
    name: 'retrain_excess_log_loss',
    help: 'Log loss of the champion above that of the outside benchmark on matured predictions, as of the last check.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly driftScore = new Gauge({
    name: 'retrain_drift_score',
    help: 'Share of drifted features, as of the last check.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly featureDrift = new Gauge({
    name: 'retrain_feature_drift',
    help: 'Drift of each feature by method, as of the last check.',
    labelNames: ['model', 'feature', 'method'],
    registers: [this.registry],
  });

  readonly triggerChecks = new Counter({
    name: 'retrain_trigger_checks_total',
    help: 'Judgements of triggers.',
    labelNames: ['model', 'trigger', 'verdict'],
    registers: [this.registry],
  });

  readonly runs = new Counter({
    name: 'retrain_runs_total',
    help: 'Runs by how they ended.',
    labelNames: ['model', 'result'],
    registers: [this.registry],
  });

  readonly runSeconds = new Histogram({
    name: 'retrain_run_seconds',
    help: 'Time that runs spend in each stage.',
    labelNames: ['stage'],
    buckets: [0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600],
    registers: [this.registry],
  });

  readonly runInProgress = new Gauge({
    name: 'retrain_run_in_progress',
    help: 'Whether a run of the model is queued or running (1 or 0).',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly circuitOpen = new Gauge({
    name: 'retrain_circuit_open',
    help: 'Whether failed runs hold further ones of the model back (1 or 0).',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly queueJobs = new Gauge({
    name: 'retrain_queue_jobs',
    help: 'Jobs of each queue by state.',
    labelNames: ['queue', 'state'],
    registers: [this.registry],
  });

  readonly modelVersion = new Gauge({
    name: 'retrain_model_version_info',
    help: 'The champion: always 1, the version is a label.',
    labelNames: ['model', 'version', 'sha256'],
    registers: [this.registry],
  });

  readonly championAge = new Gauge({
    name: 'retrain_champion_age_seconds',
    help: 'Time since the champion took over.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly rolloutShare = new Gauge({
    name: 'retrain_rollout_share',
    help: 'Share (0..1) of the callers that the challenger of the running rollout answers.',
    labelNames: ['model', 'version', 'strategy'],
    registers: [this.registry],
  });

  readonly rolloutOutcomes = new Gauge({
    name: 'retrain_rollout_outcomes',
    help: 'Outcomes that the running rollout is judged by.',
    labelNames: ['model', 'version'],
    registers: [this.registry],
  });

  readonly rolloutEvidence = new Gauge({
    name: 'retrain_rollout_log_e_value',
    help: 'Ln of the e-value that the challenger is better, or worse.',
    labelNames: ['model', 'version', 'side'],
    registers: [this.registry],
  });

  readonly rolloutDropped = new Gauge({
    name: 'retrain_rollout_dropped',
    help: 'Requests of the running rollout that the version which did not answer was never asked about.',
    labelNames: ['model', 'version'],
    registers: [this.registry],
  });

  readonly approvalsPending = new Gauge({
    name: 'retrain_approvals_pending',
    help: 'Proposals that wait for people.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly approvalWait = new Gauge({
    name: 'retrain_approval_wait_seconds',
    help: 'How long the oldest proposal has waited for people.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly approvals = new Gauge({
    name: 'retrain_approvals',
    help: 'Approvals that people have given.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  readonly deployments = new Gauge({
    name: 'retrain_deployments',
    help: 'Proposals, promotions and roll-backs by what became of them.',
    labelNames: ['model', 'kind', 'state'],
    registers: [this.registry],
  });

  readonly rollouts = new Gauge({
    name: 'retrain_rollouts',
    help: 'Rollouts by strategy and how they ended.',
    labelNames: ['model', 'kind', 'state'],
    registers: [this.registry],
  });

  readonly probations = new Gauge({
    name: 'retrain_probations',
    help: 'Probations by how they stand or ended.',
    labelNames: ['model', 'state'],
    registers: [this.registry],
  });

  readonly probationOutcomes = new Gauge({
    name: 'retrain_probation_outcomes',
    help: 'Outcomes that the champion on probation was judged by so far.',
    labelNames: ['model', 'version'],
    registers: [this.registry],
  });

  readonly versions = new Gauge({
    name: 'retrain_versions',
    help: 'Versions that are kept, quarantined or deleted.',
    labelNames: ['model', 'state'],
    registers: [this.registry],
  });

  readonly notifications = new Counter({
    name: 'retrain_notifications_total',
    help: 'Tries to notify by what became of them: delivered, failed, given_up.',
    labelNames: ['backend', 'result'],
    registers: [this.registry],
  });

  readonly retentionRemoved = new Counter({
    name: 'retrain_retention_removed_total',
    help: 'What retention has removed: predictions, trigger_evaluations, fits, versions, artifacts.',
    labelNames: ['kind'],
    registers: [this.registry],
  });

  readonly retentionBytes = new Counter({
    name: 'retrain_retention_removed_bytes_total',
    help: 'Bytes of the artifacts that retention has removed.',
    registers: [this.registry],
  });

  readonly artifactBytes = new Gauge({
    name: 'retrain_artifact_bytes',
    help: 'Bytes in the artifact store as of the last sweep.',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Shows how many predictions wait on the local disk for the database. */
  watchSpool(waiting: () => number): void {
    new Gauge({
      name: 'retrain_spooled_predictions',
      help: 'Predictions on the local disk that wait for the database.',
      registers: [this.registry],
      collect() {
        this.set(waiting());
      },
    });
  }
}
