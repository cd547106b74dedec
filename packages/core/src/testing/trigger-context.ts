import { builtinPlugin } from '../plugin/builtin.js';
import { PluginRegistry } from '../plugin/registry.js';
import { judgeTrigger } from '../trigger/judge-triggers.js';
import type { TriggerContext } from '../trigger/trigger-definition.js';
import { aConfig, aModelVersion } from './builders.js';

/** What a trigger may look at, of a champion that has answered nothing; other triggers are the built-in ones. */
export function aTriggerContext(
  overrides: Partial<TriggerContext> = {},
  registry: PluginRegistry = new PluginRegistry([builtinPlugin]),
): TriggerContext {
  const context: TriggerContext = {
    model: 'coin',
    definition: { name: 'coin', task: { kind: 'regression' }, schema: { features: [] } },
    asOf: new Date(0),
    config: aConfig(),
    champion: { ...aModelVersion(), id: 'v1', version: 1, createdAt: new Date(0) },
    predictionsSinceRetraining: 0,
    retrainedSeq: 0,
    matured: () => Promise.resolve([]),
    coverage: () => Promise.resolve({ predictions: 0, matured: 0 }),
    referenceProfile: () => undefined,
    driftWatch: () => Promise.resolve(undefined),
    referenceSample: () => Promise.resolve(undefined),
    blockRows: () => Promise.resolve(new Float32Array()),
    previousCheck: () => Promise.resolve(undefined),
    judge: (trigger) => judgeTrigger(context, trigger, registry.triggers),
    window: (window) => ({ model: 'coin', limit: 1000, ...window }),
    ...overrides,
  };
  return context;
}
