import {
  runStages,
  type FittingProgress,
  type TrainingRun,
  type TriggerEvaluation,
  type TriggerVerdict,
} from '@retrain/core';

/** A run on the wire. Outputs of stages are for the trainer; its result and report are for people. */
export function runView(run: TrainingRun, fitting?: FittingProgress) {
  return {
    id: run.id,
    model: run.model,
    status: run.status,
    stage: run.stage ?? null,
    progress: fitting?.fraction ?? run.progress,
    eta_seconds: fitting?.etaSeconds ?? null,
    fits: fitting ? fitsView(fitting) : null,
    triggers: run.triggers,
    reason: run.reason,
    forced: run.forced,
    requested_by: run.requestedBy,
    as_of: run.asOf.toISOString(),
    simulated: run.simulated,
    requested_at: run.requestedAt.toISOString(),
    started_at: run.startedAt?.toISOString() ?? null,
    finished_at: run.finishedAt?.toISOString() ?? null,
    not_before: run.notBefore?.toISOString() ?? null,
    attempt: run.attempt,
    stages_completed: runStages.filter((stage) => stage in run.outputs),
    coalesced_signals: run.coalesced,
    cancel_requested: run.cancelRequested ?? null,
    config_revision: run.configRevision,
    candidate_version: run.candidateVersion ?? null,
    failure: run.failure ?? null,
    result: run.result ?? null,
  };
}

/** Fits of a run that is fitting now. */
function fitsView({ total, done, running, cached, failed }: FittingProgress) {
  return { total, done, running, cached, failed };
}

export function verdictView(verdict: TriggerVerdict) {
  return {
    trigger: verdict.trigger,
    verdict: verdict.verdict,
    score: verdict.score ?? null,
    threshold: verdict.threshold ?? null,
    n: verdict.n ?? null,
    interval: verdict.interval ?? null,
    p_value: verdict.pValue ?? null,
    reason: verdict.reason,
    evidence: verdict.evidence,
  };
}

/** A check of the triggers on the wire. */
export function evaluationView(evaluation: TriggerEvaluation) {
  return {
    id: evaluation.id,
    model: evaluation.model,
    evaluated_at: evaluation.evaluatedAt.toISOString(),
    as_of: evaluation.asOf.toISOString(),
    decision: evaluation.decision,
    run_id: evaluation.runId ?? null,
    cooldown_until: evaluation.cooldownUntil?.toISOString() ?? null,
    circuit_open_until: evaluation.circuitOpenUntil?.toISOString() ?? null,
    prediction_count: evaluation.predictionCount,
    days_since_last_retraining: evaluation.daysSinceLastRetraining ?? null,
    verdicts: evaluation.verdicts.map(verdictView),
  };
}

/** A check at which something fired, as the history tells it. */
export function triggerEventView(evaluation: TriggerEvaluation) {
  const fired = evaluation.verdicts.filter(({ verdict }) => verdict === 'fired');
  return {
    timestamp: evaluation.evaluatedAt.toISOString(),
    as_of: evaluation.asOf.toISOString(),
    triggers: fired.map(({ trigger }) => trigger),
    prediction_count: evaluation.predictionCount,
    days_since_last_retraining: evaluation.daysSinceLastRetraining ?? null,
    decision: evaluation.decision,
    run_id: evaluation.runId ?? null,
    evidence: evaluation.verdicts.map(verdictView),
  };
}

/** A run as the history tells it. */
export function retrainingEventView(run: TrainingRun) {
  return {
    timestamp: run.requestedAt.toISOString(),
    as_of: run.asOf.toISOString(),
    run_id: run.id,
    status: run.status,
    triggers: run.triggers,
    reason: run.reason,
    forced: run.forced,
    requested_by: run.requestedBy,
    finished_at: run.finishedAt?.toISOString() ?? null,
    candidate_version: run.candidateVersion ?? null,
    failure: run.failure ?? null,
    result: run.result ?? null,
  };
}
