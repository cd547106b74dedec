import { rolloutSeries, type Rollout, type RolloutEvidence, type RolloutLook } from '@retrain/core';

/** A rollout on the wire. */
export function rolloutView(rollout: Rollout) {
  const { plan } = rollout;
  return {
    id: rollout.id,
    model: rollout.model,
    deployment_id: rollout.deploymentId,
    run_id: rollout.runId ?? null,
    strategy: rollout.strategy,
    champion: rollout.champion,
    challenger: rollout.challenger,
    status: rollout.status,
    step: rollout.step,
    share: rollout.share,
    step_since: rollout.stepSince.toISOString(),
    plan: {
      steps: plan.steps,
      alpha: plan.alpha,
      alpha_harm: plan.alphaHarm,
      margin: plan.margin,
      scale: plan.scale ?? null,
      min_outcomes_per_step: plan.minOutcomesPerStep,
      min_minutes_per_step: plan.minMinutesPerStep,
      deadline_days: plan.deadlineDays,
      error_tolerance: plan.guards.errorTolerance,
      latency_ratio: plan.guards.latencyRatio,
    },
    simulated: rollout.simulated,
    started_by: rollout.startedBy,
    reason: rollout.reason,
    started_at: rollout.startedAt.toISOString(),
    as_of: rollout.asOf.toISOString(),
    ended_at: rollout.endedAt?.toISOString() ?? null,
    ended_as_of: rollout.endedAsOf?.toISOString() ?? null,
    ended_by: rollout.endedBy ?? null,
    end_reason: rollout.endReason ?? null,
  };
}

/** A look at a rollout on the wire. */
export function lookView(look: RolloutLook) {
  return {
    number: look.number,
    at: look.at.toISOString(),
    as_of: look.asOf.toISOString(),
    step: look.step,
    share: look.share,
    verdict: look.verdict,
    code: look.code,
    reason: look.reason,
    outcomes: look.outcomes,
    evidence: look.evidence,
  };
}

/** The evidence over time as a chart draws it: after each outcome, at most 200 points. */
export function seriesView({ pairs }: RolloutEvidence, { plan }: Rollout) {
  return rolloutSeries(pairs, plan).map(({ n, observedAt, meanDifference, logBetter, logWorse }) => ({
    n,
    observed_at: observedAt.toISOString(),
    mean_difference: meanDifference,
    log_e_better: logBetter,
    log_e_worse: logWorse,
  }));
}
