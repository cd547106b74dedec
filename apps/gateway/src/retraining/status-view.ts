import type { RetrainingStatus, RunStatus, TrainingRun } from '@retrain/core';
import { circuitView } from '../model/circuit-view.js';
import { moveView } from '../model/version-view.js';
import { runView } from './run-view.js';

/** Where the retraining of a model stands, on the wire. `config` is the one for showing. */
export function statusView(status: RetrainingStatus, config: unknown) {
  const { model, figures, currentRun, pendingApproval, champion } = status;
  return {
    model: model.name,
    is_running: model.monitoring,
    retraining_in_progress: currentRun !== undefined,
    last_check_time: figures.lastCheckAt?.toISOString() ?? null,
    last_retraining_time: figures.lastRetrainingAt?.toISOString() ?? null,
    prediction_count_since_retraining: figures.predictionsSinceRetraining,
    days_since_last_retraining: status.daysSinceLastRetraining ?? null,
    total_trigger_events: figures.totalTriggerEvents,
    total_retrainings: figures.totalRetrainings,
    predictions: figures.predictions,
    outcomes: figures.outcomes,
    runs: figures.runs as Readonly<Partial<Record<RunStatus, number>>>,
    config,
    current_run: currentRun ? runView(currentRun, status.progress) : null,
    next_check_time: status.nextCheckAt?.toISOString() ?? null,
    pending_approval: pendingApproval ? pendingView(pendingApproval) : null,
    circuit: circuitView(status.circuit),
    champion: champion ? moveView(champion) : null,
  };
}

function pendingView(run: TrainingRun) {
  return {
    run_id: run.id,
    version: run.candidateVersion ?? null,
    as_of: run.asOf.toISOString(),
    requested_at: run.requestedAt.toISOString(),
    triggers: run.triggers,
    result: run.result ?? null,
  };
}
