import type { Json, JsonObject } from '../shared/json.js';

/** A message about one event. */
export interface Notice {
  readonly seq: number;
  readonly type: string;
  /** The original system's name of the event, when it had one. */
  readonly alias?: string;
  readonly model?: string;
  readonly runId?: string;
  readonly actor: string;
  readonly at: string;
  /** One line for people. */
  readonly title: string;
  readonly payload: JsonObject;
}

/** A way to tell the outside: registered by name, used from `notifications:` as `{use, on, with}`. */
export interface NotifierDefinition {
  readonly name: string;
  readonly description: string;
  parseOptions(raw: Readonly<Record<string, Json>>): JsonObject;
  /** Delivers one notice; rejecting means "try again later". */
  notify(notice: Notice, options: JsonObject, signal: AbortSignal): Promise<void>;
}

/** Declares a notifier. */
export function defineNotifier(definition: NotifierDefinition): NotifierDefinition {
  return definition;
}
