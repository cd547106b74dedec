import { readOptions } from '../plugin/options.js';
import type { UseOption } from '../plugin/use-option.js';
import { invalid } from '../shared/errors.js';
import { count } from '../shared/words.js';
import { defineTrigger, type TriggerContext, type TriggerVerdict } from './trigger-definition.js';
import { verdictToJson } from './verdict-parts.js';

const list = { triggers: { kind: 'uses', required: true, least: 1 } } as const;

/** Fires when one of its `triggers` fires. */
export const anyOf = defineTrigger({
  name: 'any_of',
  description: 'At least one of the triggers fires.',
  nested: ['triggers'],
  parseOptions: (raw) => readOptions(raw, list),
  evaluate: (context, { triggers }) => combined(context, triggers, 1),
});

/** Fires when all of its `triggers` fire in the same check. */
export const allOf = defineTrigger({
  name: 'all_of',
  description: 'All of the triggers fire in the same check.',
  nested: ['triggers'],
  parseOptions: (raw) => readOptions(raw, list),
  evaluate: (context, { triggers }) => combined(context, triggers, triggers.length),
});

/** Fires when at least `k` of its `triggers` fire in the same check. */
export const kOfN = defineTrigger({
  name: 'k_of_n',
  description: 'At least k of the triggers fire in the same check.',
  nested: ['triggers'],
  parseOptions(raw) {
    const options = readOptions(raw, { ...list, k: { kind: 'number', required: true, least: 1, whole: true } });
    const { k, triggers } = options;
    if (k <= triggers.length) return options;
    const message = `must be at most ${triggers.length}, the number of triggers`;
    throw invalid('invalid_options', `k ${message}.`, [{ path: 'k', message, given: k }]);
  },
  evaluate: (context, { triggers, k }) => combined(context, triggers, k),
});

/**
 * All are asked, also after the verdict is certain, so that the evidence is whole. What some cannot judge leaves the verdict open only
 * where it depends on them (Kleene's logic): `error` when one of those failed, else `insufficient_data`.
 */
async function combined(
  { judge }: TriggerContext,
  triggers: readonly UseOption[],
  needed: number,
): Promise<Omit<TriggerVerdict, 'trigger'>> {
  const parts: TriggerVerdict[] = [];
  for (const trigger of triggers) parts.push(await judge(trigger));
  const of = (...kinds: readonly TriggerVerdict['verdict'][]) => parts.filter(({ verdict }) => kinds.includes(verdict));
  const fired = of('fired');
  const open = of('error', 'insufficient_data');
  const verdict =
    fired.length >= needed
      ? 'fired'
      : fired.length + open.length < needed
        ? 'clear'
        : of('error').length > 0
          ? 'error'
          : 'insufficient_data';
  const told = verdict === 'fired' ? fired : verdict === 'clear' ? [] : open;
  const unknown = open.length > 0 ? `, ${open.length} could not be judged` : '';
  return {
    verdict,
    score: fired.length,
    threshold: needed,
    reason: [
      `${fired.length} of ${count(parts.length, 'trigger')} fired${unknown}; ${needed} must.`,
      ...told.map(({ trigger, reason }) => `${trigger}: ${reason}`),
    ].join(' '),
    evidence: { fired: fired.map(({ trigger }) => trigger), needed, parts: parts.map(verdictToJson) },
  };
}
