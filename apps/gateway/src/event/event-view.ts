import { eventAliases, type LoggedEvent } from '@retrain/core';

/** An event on the wire. */
export function eventView(event: LoggedEvent) {
  return {
    seq: event.seq,
    type: event.type,
    ...(eventAliases[event.type] ? { alias: eventAliases[event.type] } : {}),
    model: event.model ?? null,
    run_id: event.runId ?? null,
    actor: event.actor,
    recorded_at: event.recordedAt.toISOString(),
    as_of: event.asOf?.toISOString() ?? null,
    payload: event.payload,
  };
}
