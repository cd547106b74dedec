import { PluginRegistry } from '../plugin/registry.js';
import { builtinPlugin } from '../plugin/builtin.js';
import type { JsonObject } from '../shared/json.js';
import { aTriggerContext } from '../testing/trigger-context.js';
import { judgeTrigger } from './judge-triggers.js';
import { defineTrigger, type TriggerVerdictKind } from './trigger-definition.js';
import { allVerdicts, firedAtHeart } from './verdict-parts.js';

const kinds = ['fired', 'clear', 'insufficient_data'] as const;
const registry = new PluginRegistry([builtinPlugin]);
registry.register({
  name: 'spec',
  triggers: kinds.map((kind) =>
    defineTrigger({
      name: kind,
      description: kind,
      parseOptions: () => ({}),
      evaluate: () => ({ verdict: kind, score: 2, reason: `It says ${kind}.`, evidence: { told: kind } }),
    }),
  ),
});
const context = aTriggerContext({}, registry);
const say = (use: string, options: JsonObject) => judgeTrigger(context, { use, with: options }, registry.triggers);
const verdict = async (use: string, triggers: readonly string[], more: JsonObject = {}) =>
  (await say(use, { triggers, ...more })).verdict;

describe('triggers of triggers', () => {
  it.each<[string, JsonObject, readonly string[], TriggerVerdictKind]>([
    ['any_of', {}, ['clear', 'fired'], 'fired'],
    ['any_of', {}, ['clear', 'clear'], 'clear'],
    ['any_of', {}, ['clear', 'insufficient_data'], 'insufficient_data'],
    ['any_of', {}, ['no_such_trigger', 'insufficient_data'], 'error'],
    ['any_of', {}, ['no_such_trigger', 'fired'], 'fired'],
    ['all_of', {}, ['fired', 'fired'], 'fired'],
    ['all_of', {}, ['fired', 'clear'], 'clear'],
    ['all_of', {}, ['fired', 'insufficient_data'], 'insufficient_data'],
    ['all_of', {}, ['clear', 'no_such_trigger'], 'clear'],
    ['k_of_n', { k: 2 }, ['fired', 'clear', 'fired'], 'fired'],
    ['k_of_n', { k: 2 }, ['fired', 'clear', 'clear'], 'clear'],
    ['k_of_n', { k: 2 }, ['fired', 'clear', 'insufficient_data'], 'insufficient_data'],
    ['k_of_n', { k: 3 }, ['fired', 'clear', 'insufficient_data'], 'clear'],
  ])('%s %j of %j: %s', async (use, more, triggers, said) => {
    expect(await verdict(use, triggers, more)).toBe(said);
  });

  it('tell what each of theirs said, and why they fired', async () => {
    const told = await say('any_of', { triggers: ['clear', { use: 'all_of', with: { triggers: ['fired'] } }] });
    expect(told).toMatchObject({ verdict: 'fired', score: 1, threshold: 1, evidence: { fired: ['all_of'] } });
    expect(told.reason).toBe(
      '1 of 2 triggers fired; 1 must. all_of: 1 of 1 trigger fired; 1 must. fired: It says fired.',
    );
    expect(allVerdicts([told]).map(({ trigger }) => trigger)).toEqual(['any_of', 'clear', 'all_of', 'fired']);
    expect(allVerdicts([told]).at(-1)).toMatchObject({ score: 2, evidence: { told: 'fired' } });
    expect(firedAtHeart(told)).toEqual(['fired']);
  });

  it.each<[string, JsonObject, string]>([
    ['any_of', {}, 'triggers'],
    ['all_of', { triggers: [] }, 'triggers'],
    ['any_of', { triggers: 'fired' }, 'triggers'],
    ['any_of', { triggers: ['fired', { use: 7 }] }, 'triggers.1'],
    ['any_of', { triggers: [{ use: 'fired', wiht: {} }] }, 'triggers.0'],
    ['k_of_n', { triggers: ['fired', 'clear'], k: 3 }, 'k'],
    ['k_of_n', { triggers: ['fired', 'clear'] }, 'k'],
    ['in_a_row', { times: 3 }, 'trigger'],
    ['in_a_row', { trigger: ['fired'] }, 'trigger'],
    ['in_a_row', { trigger: 'fired', times: 1 }, 'times'],
  ])('%s refuses %j at %s', (use, options, path) => {
    expect(() => registry.triggers.get(use).parseOptions(options)).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path })] }),
    );
  });
});
