import type { RolloutStrategy } from '../rollout/rollout-plan.js';
import type { Json } from '../shared/json.js';

/** Something by name with its options: a trigger, trainer, gate or notifier. */
export interface Use {
  use: string;
  with: Record<string, Json>;
}

/** A trainer, with options or with values of options to try: each combination is a candidate. */
export interface TrainerUse extends Use {
  grid?: Record<string, Json[]>;
}

export interface NotificationUse extends Use {
  /** Event types (or their old names, or `*`) that are told. */
  on: string[];
}

export interface EvaluationConfig {
  /** Rows that candidate and champion are judged on, at least; the origin moves back until there are so many. */
  min_rows: number;
  /** Rows judged at most, the newest ones. */
  max_rows: number;
  /** Expanding-window refits. */
  blocks: number;
}

/** How long a new champion is watched before it counts as sound; see `ProbationRules`. */
export interface ProbationConfig {
  outcomes: number;
  days: number;
  alpha: number;
}

export interface DeploymentConfig {
  strategy: 'direct' | RolloutStrategy;
  /** Shares of a canary, in percent, ascending, the last one 100. */
  steps: number[];
  /** Share of an A/B comparison, in percent. */
  share: number;
  min_outcomes_per_step: number;
  min_minutes_per_step: number;
  deadline_days: number;
  alpha: number;
  margin: number;
  error_tolerance: number;
  latency_ratio: number;
  /** An approval that nobody gives expires after so many hours. */
  approval_expires_hours: number;
  approvals: ApprovalsConfig;
  probation: ProbationConfig;
}

export interface ApprovalsConfig {
  /** Different people who must approve. */
  quorum: number;
  /** Nobody approves what he has asked for himself. */
  four_eyes: boolean;
}

export interface ResourcesConfig {
  memory_mb: number;
  timeout_seconds: number;
}

/** When failed runs hold further ones back. */
export interface CircuitBreakerConfig {
  /** Failed runs within the window that open the circuit. */
  failures: number;
  window_hours: number;
  /** How long triggered runs are refused before one is tried again. */
  open_hours: number;
}

export interface RetentionConfig {
  predictions_days: number;
  trigger_evaluations_days: number;
  fits_days: number;
  /** So many of the newest versions are kept, and every one that something needs. */
  versions: number;
}

/** Keys that every model has; a `models:` entry may override each of them. */
export interface RetrainingConfig {
  performance_threshold: number;
  drift_threshold: number;
  max_days_without_retraining: number;
  min_days_between_retraining: number;
  min_new_predictions: number;
  max_predictions_without_retraining: number;
  min_validation_accuracy: number;
  validation_improvement_required: number;
  model_path: string;
  backup_model_dir: string;
  backup_retention: number;
  training_data_path: string;
  /** First day whose rows are fitted on; earlier rows only warm up the model's state. */
  training_data_from?: string;
  /** Rows of the file on and after this day are left out (for a replay of them). */
  training_data_until?: string;
  monitoring_output_dir: string;
  check_interval_minutes: number;
  enable_automatic_deployment: boolean;
  seed: number;
  triggers: Use[];
  trainers: TrainerUse[];
  gates: Use[];
  evaluation: EvaluationConfig;
  deployment: DeploymentConfig;
  resources: ResourcesConfig;
  circuit_breaker: CircuitBreakerConfig;
  retention: RetentionConfig;
}

/** The whole file: the keys of the default model plus what belongs to the installation. */
export interface InstallationConfig extends RetrainingConfig {
  max_concurrent_retraining: number;
  /** Every model by name; the first one is the default of routes that name none. */
  models: Record<string, ModelEntry>;
  notifications: NotificationUse[];
  /** Module specifiers of plug-ins, each exporting `plugin`. */
  plugins: string[];
  storage: Use;
  /** Hashed keys; once there is one, everything that acts asks for it. */
  api_keys: ApiKeyEntry[];
}

export interface ModelEntry extends Partial<RetrainingConfig> {
  /** Name of the ModelDefinition. */
  definition: string;
}

export interface ApiKeyEntry {
  name: string;
  /** Hex sha256 of the key. */
  sha256: string;
}
