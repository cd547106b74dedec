import type { GateDefinition } from '../gate/gate-definition.js';
import type { ModelDefinition } from '../model/model-definition.js';
import type { NotifierDefinition } from '../notification/notifier-definition.js';
import type { TrainerDefinition } from '../run/trainer-definition.js';
import { invalid } from '../shared/errors.js';
import { didYouMean } from '../shared/did-you-mean.js';
import type { TriggerDefinition } from '../trigger/trigger-definition.js';
import type { Plugin } from './plugin.js';

/** Named definitions of one kind. */
export class Registry<T extends { readonly name: string }> {
  private readonly byName = new Map<string, T>();

  constructor(private readonly kind: string) {}

  /** Throws when the name is taken: a plug-in never replaces another one silently. */
  add(definition: T, plugin: string): void {
    if (this.byName.has(definition.name)) {
      throw new Error(`Plug-in ${plugin}: ${this.kind} "${definition.name}" is already registered.`);
    }
    this.byName.set(definition.name, definition);
  }

  /** Throws `unknown_<kind>` with a did-you-mean. */
  get(name: string): T {
    const found = this.byName.get(name);
    if (found) return found;
    const hint = didYouMean(name, this.names());
    throw invalid(
      `unknown_${this.kind}`,
      `There is no ${this.kind} "${name}".${hint ? ` Did you mean "${hint}"?` : ''} Registered: ${this.names().join(', ') || 'none'}.`,
    );
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  names(): readonly string[] {
    return [...this.byName.keys()];
  }
}

/** Everything that plug-ins have registered. Built-ins come through the same door. */
export class PluginRegistry {
  readonly models = new Registry<ModelDefinition>('model');
  readonly triggers = new Registry<TriggerDefinition>('trigger');
  readonly gates = new Registry<GateDefinition>('gate');
  readonly trainers = new Registry<TrainerDefinition>('trainer');
  readonly notifiers = new Registry<NotifierDefinition>('notifier');

  constructor(plugins: readonly Plugin[] = []) {
    for (const plugin of plugins) this.register(plugin);
  }

  register(plugin: Plugin): void {
    plugin.models?.forEach((model) => this.models.add(model, plugin.name));
    plugin.triggers?.forEach((trigger) => this.triggers.add(trigger, plugin.name));
    plugin.gates?.forEach((gate) => this.gates.add(gate, plugin.name));
    plugin.trainers?.forEach((trainer) => this.trainers.add(trainer, plugin.name));
    plugin.notifiers?.forEach((notifier) => this.notifiers.add(notifier, plugin.name));
  }
}
