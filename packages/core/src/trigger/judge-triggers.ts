import type { Use } from '../config/retraining-config.js';
import type { PluginRegistry } from '../plugin/registry.js';
import { messageOf } from '../shared/errors.js';
import type { TriggerContext, TriggerVerdict } from './trigger-definition.js';

/** The verdicts of the configured triggers, in their order; one that throws gives `error`, the others are judged all the same. */
export async function judgeTriggers(
  context: TriggerContext,
  triggers: PluginRegistry['triggers'],
): Promise<readonly TriggerVerdict[]> {
  const verdicts: TriggerVerdict[] = [];
  for (const use of context.config.triggers)
    verdicts.push({ trigger: use.use, ...(await verdictOf(context, use, triggers)) });
  return verdicts;
}

async function verdictOf(context: TriggerContext, { use, with: options }: Use, triggers: PluginRegistry['triggers']) {
  try {
    const trigger = triggers.get(use);
    return await trigger.evaluate(context, trigger.parseOptions(options));
  } catch (error) {
    return { verdict: 'error' as const, reason: `It could not be judged: ${messageOf(error)}`, evidence: {} };
  }
}
