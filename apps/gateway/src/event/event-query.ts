import { eventTypes, invalid, type EventFilter, type EventType } from '@retrain/core';

const filters = {
  model: { type: 'string', minLength: 1 },
  run_id: { type: 'string', minLength: 1 },
  types: { type: 'string', minLength: 1, description: 'Event types, separated by commas' },
} as const;

const seq = { type: 'integer', minimum: 0 } as const;

export const eventsQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...filters,
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    cursor: { ...seq, description: 'Older than this (next_cursor of the page before)' },
    after: { ...seq, description: 'Newer than this, oldest first' },
  },
} as const;

export const streamQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...filters,
    after: { ...seq, description: 'Start behind this event; Last-Event-ID says the same' },
    progress: {
      type: 'boolean',
      default: false,
      description: 'Tell how far runs are too, once a second at most, as run.progressed; not part of the log',
    },
  },
} as const;

export interface EventsQuery {
  readonly model?: string;
  readonly run_id?: string;
  readonly types?: string;
  readonly limit?: number;
  readonly cursor?: number;
  readonly after?: number;
  readonly progress?: boolean;
}

/** The log's filter of a query. Throws `unknown_event_type`. */
export function filterOf({ model, run_id, types }: EventsQuery): EventFilter {
  const wanted = types?.split(',').map((type) => type.trim());
  const unknown = wanted?.find((type) => !(eventTypes as readonly string[]).includes(type));
  if (unknown !== undefined) {
    throw invalid('unknown_event_type', `There is no event type "${unknown}". Types: ${eventTypes.join(', ')}.`, [
      { path: 'types', message: 'is no event type', given: unknown },
    ]);
  }
  return { model, runId: run_id, types: wanted as readonly EventType[] | undefined };
}
