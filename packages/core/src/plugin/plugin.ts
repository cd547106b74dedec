import type { GateDefinition } from '../gate/gate-definition.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { NotifierDefinition } from '../notification/notifier-definition.js';
import type { TrainerDefinition } from '../run/trainer-definition.js';
import type { TriggerDefinition } from '../trigger/trigger-definition.js';

/** What a plug-in module exports as `plugin`. */
export interface Plugin {
  readonly name: string;
  readonly models?: readonly ModelDefinition[];
  // Options are opaque to whoever registers them.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly triggers?: readonly TriggerDefinition<any>[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly gates?: readonly GateDefinition<any>[];
  readonly trainers?: readonly TrainerDefinition[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly notifiers?: readonly NotifierDefinition<any>[];
}
