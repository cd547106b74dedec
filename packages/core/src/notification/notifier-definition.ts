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
export interface NotifierDefinition<O extends JsonObject = JsonObject> {
  readonly name: string;
  readonly description: string;
  /** Checks and completes `with:`; throws a DomainError whose issues carry paths relative to `with`. */
  parseOptions(raw: Readonly<Record<string, Json>>): O;
  /** Delivers one notice; rejecting means "try again later". */
  notify(notice: Notice, options: O, signal: AbortSignal): Promise<void>;
}

/** Declares a notifier. */
export function defineNotifier<O extends JsonObject>(definition: NotifierDefinition<O>): NotifierDefinition<O> {
  return definition;
}
