import type { Circuit } from '@retrain/core';

/** A circuit breaker on the wire. */
export function circuitView(circuit: Circuit) {
  return {
    state: circuit.state,
    failures: circuit.failures.map((failure) => failure.toISOString()),
    opened_at: circuit.openedAt?.toISOString() ?? null,
    open_until: circuit.openUntil?.toISOString() ?? null,
    changed_by: circuit.changedBy,
    reason: circuit.reason,
  };
}
