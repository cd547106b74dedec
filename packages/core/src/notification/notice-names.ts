import { eventAliases, type EventType } from '../event/event-map.js';

/** Every event type, checked for completeness by the compiler. */
const known: Readonly<Record<EventType, true>> = {
  'model.registered': true,
  'monitoring.started': true,
  'monitoring.stopped': true,
  'config.changed': true,
  'config.rejected': true,
  'prediction.outcome_corrected': true,
  'trigger.fired': true,
  'run.requested': true,
  'run.started': true,
  'run.stage_completed': true,
  'run.retried': true,
  'run.awaiting_approval': true,
  'run.completed': true,
  'run.failed': true,
  'run.cancelled': true,
  'run.recovered': true,
  'candidate.created': true,
  'candidate.accepted': true,
  'candidate.rejected': true,
  'version.registered': true,
  'deployment.proposed': true,
  'deployment.approved': true,
  'deployment.rejected': true,
  'deployment.expired': true,
  'deployment.superseded': true,
  'deployment.promoted': true,
  'deployment.rolled_back': true,
  'champion.unreadable': true,
};

/** Every event type. */
export const eventTypes = Object.keys(known) as readonly EventType[];

/** What `notifications[].on` may list: `*`, event types, and the names that some of them had in the original system. */
export const noticeNames: readonly string[] = ['*', ...eventTypes, ...Object.values(eventAliases)];

/** Whether a notification that lists `on` is told of events of this type. */
export function isTold(on: readonly string[], type: EventType): boolean {
  const alias = eventAliases[type];
  return on.includes('*') || on.includes(type) || (alias !== undefined && on.includes(alias));
}
