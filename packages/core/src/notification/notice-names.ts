import { eventAliases, type EventType } from '../event/event-map.js';
import { eventTypes } from './notice.js';

/** What `notifications[].on` may list: `*`, event types, and the names that some of them had in the original system. */
export const noticeNames: readonly string[] = ['*', ...eventTypes, ...Object.values(eventAliases)];

/** Whether a notification that lists `on` is told of events of this type. */
export function isTold(on: readonly string[], type: EventType): boolean {
  const alias = eventAliases[type];
  return on.includes('*') || on.includes(type) || (alias !== undefined && on.includes(alias));
}
