import type { Probation } from '@retrain/core';

/** A probation on the wire. */
export function probationView(probation: Probation) {
  const { version, previousVersion, status, rules, outcomes, reason, evidence } = probation;
  return {
    version,
    previous_version: previousVersion,
    status,
    outcomes,
    needed: rules.outcomes,
    days: rules.days,
    alpha: rules.alpha,
    started_at: probation.startedAt.toISOString(),
    as_of: probation.asOf.toISOString(),
    checked_at: probation.checkedAt?.toISOString() ?? null,
    reason,
    evidence,
  };
}
