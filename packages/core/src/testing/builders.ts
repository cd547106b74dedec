import type { InstallationConfig } from '../config/retraining-config.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Approval } from '../deployment/approval.js';
import { evidenceHash } from '../deployment/evidence-hash.js';
import type { NewDeployment } from '../deployment/deployment.js';
import type { ModelRecord } from '../model/model-definition.js';
import type { NewTrainingPiece } from '../piece/training-piece.js';
import type { ModelVersion, NewModelVersion } from '../model/model-version.js';
import type { NewOutcome, NewPrediction } from '../prediction/prediction.js';
import { rolloutDefaults, type RolloutPlan } from '../rollout/rollout-plan.js';
import type { NewRollout } from '../rollout/rollout.js';
import type { NewTrainingRun } from '../run/training-run.js';
import type { TriggerVerdict } from '../trigger/trigger-definition.js';
import type { TriggerEvaluation } from '../trigger/trigger-evaluation.js';
import { coinModel, tosses, type TossOptions } from './coin-model.js';
import { CountingIds } from './counting-ids.js';

const ids = new CountingIds();
const day = new Date('2024-01-01T00:00:00Z');

/** Every key of the configuration at its default, with one model: `coin`. */
export function aConfig(overrides: Partial<InstallationConfig> = {}): InstallationConfig {
  return {
    performance_threshold: 0.05,
    drift_threshold: 0.1,
    max_days_without_retraining: 30,
    min_days_between_retraining: 7,
    min_new_predictions: 100,
    max_predictions_without_retraining: 1000,
    min_validation_accuracy: 0.45,
    validation_improvement_required: 0.01,
    model_path: 'models/model.onnx',
    backup_model_dir: 'models/backups',
    backup_retention: 10,
    training_data_path: 'quickstart:coin',
    monitoring_output_dir: 'evaluation_reports',
    check_interval_minutes: 60,
    enable_automatic_deployment: false,
    seed: 42,
    triggers: ['performance_degradation', 'data_drift', 'time_based', 'data_volume'].map(used),
    trainers: [used('softmax_regression')],
    gates: ['minimum_score', 'improvement', 'parity'].map(used),
    evaluation: { min_rows: 100, max_rows: 1000, blocks: 4 },
    deployment: {
      strategy: 'direct',
      steps: [5, 25, 50, 100],
      share: 50,
      min_outcomes_per_step: 20,
      min_minutes_per_step: 60,
      deadline_days: 90,
      alpha: 0.05,
      margin: 0,
      error_tolerance: 0.01,
      latency_ratio: 2,
      approval_expires_hours: 72,
      approvals: { quorum: 1, four_eyes: false },
      probation: { outcomes: 200, days: 30, alpha: 0.01 },
    },
    resources: { memory_mb: 1024, timeout_seconds: 600 },
    circuit_breaker: { failures: 3, window_hours: 720, open_hours: 336 },
    retention: { predictions_days: 730, trigger_evaluations_days: 365, fits_days: 30, versions: 100 },
    max_concurrent_retraining: 1,
    models: { coin: { definition: 'coin' } },
    notifications: [],
    plugins: [],
    storage: used('file'),
    api_keys: [],
    ...overrides,
  };
}

const used = (use: string) => ({ use, with: {} });

/** A run as it is requested, of the model `coin`. */
export function aRun(overrides: Partial<NewTrainingRun> = {}): NewTrainingRun {
  return {
    id: ids.next(),
    model: 'coin',
    triggers: ['manual_trigger'],
    reason: 'manual_trigger',
    forced: false,
    requestedBy: 'api',
    asOf: day,
    simulated: false,
    requestedAt: day,
    configRevision: 1,
    predictionSeq: 0,
    ...overrides,
  };
}

/** A piece as it is added to a run: a refit on a hundred rows. */
export function aPiece(overrides: Partial<NewTrainingPiece> = {}): NewTrainingPiece {
  const id = ids.next();
  const snapshot = { uri: 'memory:none', sha256: '0'.repeat(64), bytes: 0 };
  const recipe = { use: 'tiny_softmax', with: {} };
  return { id, key: `key-${id}`, work: { snapshot, fitRows: 100, recipe, seed: 42, lineage: {} }, ...overrides };
}

/** A version of the model `coin` that nobody has numbered yet. */
export function aModelVersion(overrides: Partial<NewModelVersion> = {}): NewModelVersion {
  return {
    model: 'coin',
    artifact: { uri: 'memory:none', sha256: '0'.repeat(64), bytes: 0 },
    evaluation: { rows: 200, metrics: { accuracy: 0.6, log_loss: 0.65 } },
    lineage: {
      dataHash: 'd'.repeat(64),
      schemaHash: 'e'.repeat(64),
      recipe: { use: 'softmax_regression', with: {} },
      seed: 42,
      codeVersion: '0.1.0',
      configRevision: 1,
      trainingRows: 200,
      trainedUntil: day,
    },
    ...overrides,
  };
}

/** An answer of the champion of the model `coin`. */
export function aPrediction(overrides: Partial<NewPrediction> = {}): NewPrediction {
  return {
    id: ids.next(),
    model: 'coin',
    version: 1,
    arm: 'champion',
    input: { tilt: 0.5 },
    features: [0.5, 0],
    scores: [0.625, 0.375],
    occurredAt: day,
    ...overrides,
  };
}

/** The outcome of a prediction. */
export function anOutcome(predictionId: string, overrides: Partial<NewOutcome> = {}): NewOutcome {
  return { predictionId, model: 'coin', outcome: 'heads', observedAt: day, ...overrides };
}

export function aVerdict(overrides: Partial<TriggerVerdict> = {}): TriggerVerdict {
  return { trigger: 'data_drift', verdict: 'clear', reason: 'Nothing has moved.', evidence: {}, ...overrides };
}

export function aTriggerEvaluation(overrides: Partial<TriggerEvaluation> = {}): TriggerEvaluation {
  return {
    id: ids.next(),
    model: 'coin',
    evaluatedAt: day,
    asOf: day,
    simulated: false,
    verdicts: [aVerdict()],
    decision: 'no_trigger',
    predictionCount: 0,
    ...overrides,
  };
}

/** A proposal to promote version 1 of the model `coin`, waiting for a person. */
export function aDeployment(overrides: Partial<NewDeployment> = {}): NewDeployment {
  return {
    id: ids.next(),
    model: 'coin',
    version: 1,
    kind: 'promotion',
    strategy: 'direct',
    status: 'awaiting_approval',
    artifactSha256: '0'.repeat(64),
    evidenceHash: '1'.repeat(64),
    evidence: {},
    quorum: 1,
    fourEyes: false,
    requestedBy: 'system',
    reason: 'accepted by every gate',
    asOf: day,
    ...overrides,
  };
}

/** A deployment that let a stored version serve. */
export function aPromotion({ model, version, artifact }: ModelVersion): NewDeployment {
  const evidence = {};
  const about = { model, version, artifactSha256: artifact.sha256, evidence, evidenceHash: evidenceHash(evidence) };
  return aDeployment({ ...about, status: 'promoted' });
}

/** A person's yes to such a proposal. */
export function anApproval(deploymentId: string, overrides: Partial<Approval> = {}): Approval {
  return {
    deploymentId,
    actor: 'key:ann',
    reason: 'looks right',
    artifactSha256: '0'.repeat(64),
    evidenceHash: '1'.repeat(64),
    at: day,
    ...overrides,
  };
}

/** A canary of version 2 of the model `coin` beside version 1. */
export function aRollout(overrides: Partial<NewRollout> = {}): NewRollout {
  return {
    id: ids.next(),
    model: 'coin',
    deploymentId: ids.next(),
    strategy: 'canary',
    champion: 1,
    challenger: 2,
    plan: aRolloutPlan(),
    share: 0.05,
    simulated: false,
    startedBy: 'system',
    reason: 'accepted by every gate',
    startedAt: day,
    asOf: day,
    ...overrides,
  };
}

/** The plan of a canary as the defaults have it. */
export function aRolloutPlan(overrides: Partial<RolloutPlan> = {}): RolloutPlan {
  return { strategy: 'canary', ...rolloutDefaults, ...overrides };
}

/** Records of the model `coin` that follow its law. */
export function coinRecords(count: number, options: TossOptions = {}): readonly ModelRecord[] {
  return tosses(count, options).map((toss) => coinModel.parseRecord({ ...toss })!);
}

/** A labelled dataset of the model `coin`, features computed day by day without leakage. */
export function aDataset(rows = 200, options: TossOptions = {}): Dataset {
  const records = coinRecords(rows, options);
  const state = coinModel.createState();
  const features: number[] = [];
  for (let from = 0; from < records.length;) {
    const time = records[from]!.occurredAt.getTime();
    const group = records.filter(({ occurredAt }) => occurredAt.getTime() === time);
    for (const record of group) features.push(...state.features(coinModel.inputOf(record)).values);
    state.observe(group);
    from += group.length;
  }
  return {
    task: coinModel.task,
    schema: coinModel.schema,
    rows,
    features: Float32Array.from(features),
    outcomes: Float64Array.from(records, (record) => (coinModel.outcomeOf(record) === 'heads' ? 0 : 1)),
    times: Float64Array.from(records, ({ occurredAt }) => occurredAt.getTime()),
    keys: records.map(({ key }) => key),
  };
}
