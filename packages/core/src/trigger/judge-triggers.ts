import type { UseOption } from '../plugin/use-option.js';
import type { PluginRegistry } from '../plugin/registry.js';
import { messageOf } from '../shared/errors.js';
import type { TriggerContext, TriggerVerdict } from './trigger-definition.js';

/** The verdicts of the configured triggers, in their order; one that throws gives `error`, the others are judged all the same. */
export async function judgeTriggers(
  context: TriggerContext,
  triggers: PluginRegistry['triggers'],
): Promise<readonly TriggerVerdict[]> {
  const verdicts: TriggerVerdict[] = [];
  for (const use of context.config.triggers) verdicts.push(await judgeTrigger(context, use, triggers));
  return verdicts;
}

/** The verdict of one trigger; `error` when it throws or nobody registered it. */
export async function judgeTrigger(
  context: TriggerContext,
  { use, with: options }: UseOption,
  triggers: PluginRegistry['triggers'],
): Promise<TriggerVerdict> {
  try {
    const trigger = triggers.get(use);
    return { trigger: use, ...(await trigger.evaluate(context, trigger.parseOptions(options))) };
  } catch (error) {
    return { trigger: use, verdict: 'error', reason: `It could not be judged: ${messageOf(error)}`, evidence: {} };
  }
}
