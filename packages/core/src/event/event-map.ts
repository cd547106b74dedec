import type { JsonObject } from '../shared/json.js';

/** Every event and what it carries beside the common fields. */
export interface EventMap {
  'model.registered': { readonly definition: string };
  'monitoring.started': Record<string, never>;
  'monitoring.stopped': Record<string, never>;
  'config.changed': { readonly revision: number; readonly source: string; readonly changes: JsonObject };
  /** An edit of the file that was refused; the configuration in force stayed. */
  'config.rejected': { readonly source: string; readonly sha256: string; readonly issues: readonly JsonObject[] };
  'prediction.outcome_corrected': {
    readonly predictionId: string;
    readonly from: string | number;
    readonly to: string | number;
  };
  'trigger.fired': {
    readonly evaluationId: string;
    readonly triggers: readonly string[];
    readonly verdicts: readonly JsonObject[];
  };
  'run.requested': { readonly triggers: readonly string[]; readonly reason: string; readonly forced: boolean };
  'run.started': { readonly attempt: number };
  'run.stage_completed': { readonly stage: string; readonly summary: JsonObject };
  'run.retried': { readonly attempt: number; readonly notBefore: string; readonly message: string };
  'run.awaiting_approval': { readonly version: number; readonly expiresAt?: string };
  'run.rolling_out': { readonly version: number };
  'run.completed': { readonly status: string; readonly result: JsonObject };
  'run.failed': { readonly code: string; readonly message: string; readonly stage?: string };
  'run.cancelled': { readonly by: string; readonly reason: string };
  'run.recovered': { readonly from: string };
  /** A worker that was presumed dead came back, and nothing that it did counts. */
  'run.attempt_refused': { readonly attempt: number; readonly stage?: string };
  'circuit.opened': { readonly until: string; readonly failures: number; readonly reason: string };
  'circuit.closed': { readonly by: string; readonly reason: string };
  'run.reproduced': {
    readonly identical: boolean;
    readonly compared: readonly JsonObject[];
    readonly environment: JsonObject;
    readonly problem?: string;
  };
  'candidate.created': { readonly version: number; readonly sha256: string; readonly metrics: JsonObject };
  'candidate.accepted': { readonly version: number; readonly verdicts: readonly JsonObject[] };
  'candidate.rejected': { readonly version: number; readonly verdicts: readonly JsonObject[] };
  'probation.started': {
    readonly version: number;
    readonly previousVersion: number;
    readonly outcomes: number;
    readonly days: number;
  };
  'probation.ended': {
    readonly version: number;
    readonly status: string;
    readonly outcomes: number;
    readonly reason: string;
  };
  'version.quarantined': { readonly version: number; readonly sha256: string; readonly reason: string };
  'version.released': { readonly version: number; readonly reason: string };
  'version.deleted': { readonly version: number; readonly reason: string };
  /** Files that no row referred to. */
  'artifacts.removed': { readonly files: number; readonly bytes: number };
  'version.registered': { readonly version: number; readonly sha256: string };
  'deployment.proposed': { readonly deploymentId: string; readonly version: number };
  'approval.given': {
    readonly deploymentId: string;
    readonly version: number;
    readonly by: string;
    readonly reason: string;
    /** Approvals that count, this one among them, and how many are needed. */
    readonly given: number;
    readonly required: number;
  };
  'deployment.approved': {
    readonly deploymentId: string;
    readonly version: number;
    readonly by: string;
    readonly reason: string;
  };
  'deployment.rejected': {
    readonly deploymentId: string;
    readonly version: number;
    readonly by: string;
    readonly reason: string;
  };
  'deployment.expired': { readonly deploymentId: string; readonly version: number };
  'deployment.superseded': { readonly deploymentId: string; readonly version: number };
  'deployment.promoted': { readonly deploymentId: string; readonly version: number; readonly previousVersion?: number };
  'deployment.rolled_back': {
    readonly deploymentId: string;
    readonly version: number;
    readonly previousVersion: number;
    readonly reason: string;
  };
  'rollout.started': RolloutFacts & { readonly strategy: string; readonly share: number };
  'rollout.advanced': RolloutFacts & { readonly step: number; readonly share: number; readonly outcomes: number };
  'rollout.promoted': RolloutFacts & { readonly reason: string };
  'rollout.rolled_back': RolloutFacts & { readonly reason: string };
  'rollout.undecided': RolloutFacts & { readonly reason: string };
  'rollout.aborted': RolloutFacts & { readonly reason: string };
  'rollout.superseded': RolloutFacts & { readonly reason: string };
  /** Somebody has edited rows of the registry; `version` is the last one that was decided on. */
  'registry.tampered': {
    readonly alias: string;
    readonly problem: string;
    /** Whether the alias row was written anew. */
    readonly restored: boolean;
    readonly version?: number;
  };
  'champion.unreadable': { readonly version: number; readonly message: string };
}

/** What every event of a rollout says. */
export interface RolloutFacts {
  readonly rolloutId: string;
  readonly deploymentId: string;
  /** The challenger. */
  readonly version: number;
  readonly champion: number;
}

export type EventType = keyof EventMap;

/** An event to append. */
export type NewEvent = {
  [T in EventType]: {
    readonly type: T;
    readonly payload: EventMap[T];
    readonly model?: string;
    readonly runId?: string;
    /** Who acted: `system`, `api`, `key:<name>`, `cli`. */
    readonly actor: string;
    /** Day as of which it happened; the wall clock except in a replay. */
    readonly asOf?: Date;
  };
}[EventType];

/** An event as it stands in the log. */
export type LoggedEvent = NewEvent & {
  /** Strictly increasing in commit order: a reader that has seen n will never miss one below n. */
  readonly seq: number;
  readonly recordedAt: Date;
};

/** Names that notifications keep from the original system. */
export const eventAliases: Readonly<Partial<Record<EventType, string>>> = {
  'run.requested': 'retraining_initiated',
  'run.completed': 'retraining_completed',
  'run.failed': 'retraining_failed',
  'run.retried': 'retraining_error',
};
