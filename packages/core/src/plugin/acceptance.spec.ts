import { aConfig } from '../testing/builders.js';
import { aTriggerContext } from '../testing/trigger-context.js';
import { cooldownUntil } from '../trigger/cooldown.js';
import type { TriggerContext } from '../trigger/trigger-definition.js';
import { builtinPlugin } from './builtin.js';
import { PluginRegistry } from './registry.js';

const day = 86_400_000;
const registry = new PluginRegistry([builtinPlugin]);

/** The verdict of a built-in trigger with its default options, reached through the registry like anybody's. */
async function verdictOf(name: string, given: Partial<TriggerContext>) {
  const trigger = registry.triggers.get(name);
  return (await trigger.evaluate(aTriggerContext(given), trigger.parseOptions({}))).verdict;
}

describe('the built-in decisions', () => {
  it('have the names that configurations use', () => {
    expect(registry.triggers.names()).toEqual([
      ...['performance_degradation', 'data_drift', 'time_based', 'data_volume'],
      ...['any_of', 'all_of', 'k_of_n', 'in_a_row', 'staleness_cost'],
    ]);
    expect(registry.gates.names()).toEqual([
      ...['minimum_score', 'improvement', 'parity'],
      ...['calibration', 'latency', 'segments', 'schema'],
    ]);
  });

  it('refuse options they do not know', () => {
    for (const definition of [...builtinPlugin.triggers!, ...builtinPlugin.gates!]) {
      expect(() => definition.parseOptions({ no_such_option: 1 })).toThrow(
        expect.objectContaining({ code: 'invalid_options' }),
      );
    }
  });

  it('need no options, but for those that combine others and the price of staleness', () => {
    const needy = [...builtinPlugin.triggers!, ...builtinPlugin.gates!].filter(({ parseOptions }) => {
      try {
        return !parseOptions({});
      } catch {
        return true;
      }
    });
    expect(needy.map(({ name }) => name)).toEqual(['any_of', 'all_of', 'k_of_n', 'in_a_row', 'staleness_cost']);
  });

  it('volume fires at the limit and not one below', async () => {
    expect(await verdictOf('data_volume', { predictionsSinceRetraining: 999 })).toBe('clear');
    expect(await verdictOf('data_volume', { predictionsSinceRetraining: 1000 })).toBe('fired');
  });

  it('volume says insufficient below min_new_predictions, unless the limit itself is lower', async () => {
    expect(await verdictOf('data_volume', { predictionsSinceRetraining: 99 })).toBe('insufficient_data');
    const config = { ...aConfig(), max_predictions_without_retraining: 50 };
    expect(await verdictOf('data_volume', { predictionsSinceRetraining: 50, config })).toBe('fired');
  });

  it('age fires after max days', async () => {
    expect(await verdictOf('time_based', { championAgeDays: 30, daysSinceLastRetraining: 30 })).toBe('clear');
    expect(await verdictOf('time_based', { championAgeDays: 30.01, daysSinceLastRetraining: 30.01 })).toBe('fired');
    expect(await verdictOf('time_based', { championAgeDays: 31 })).toBe('fired');
  });

  it('age does not fire one day after a retraining', async () => {
    expect(await verdictOf('time_based', { championAgeDays: 1, daysSinceLastRetraining: 1 })).toBe('clear');
    expect(await verdictOf('time_based', { championAgeDays: 40, daysSinceLastRetraining: 1 })).toBe('clear');
    expect(await verdictOf('time_based', { championAgeDays: 40, daysSinceLastRetraining: 7.5 })).toBe('fired');
    const rejected = { daysSinceLastJudgement: 8, daysSinceLastRetraining: 8 };
    expect(await verdictOf('time_based', { championAgeDays: 40, ...rejected })).toBe('clear');
    const thenFailed = { daysSinceLastJudgement: 31, daysSinceLastRetraining: 8 };
    expect(await verdictOf('time_based', { championAgeDays: 40, ...thenFailed })).toBe('fired');
  });

  it('without a champion there is no age, no drift and no performance to judge', async () => {
    for (const name of ['time_based', 'data_drift', 'performance_degradation']) {
      expect(await verdictOf(name, { champion: undefined })).toBe('insufficient_data');
    }
  });

  it('the cool-down holds for min days after an attempt, and ends', () => {
    const attempt = new Date(0);
    expect(cooldownUntil(attempt, 7, new Date(7 * day - 1))).toEqual(new Date(7 * day));
    expect(cooldownUntil(attempt, 7, new Date(7 * day))).toBeUndefined();
    expect(cooldownUntil(attempt, 0, attempt)).toBeUndefined();
    expect(cooldownUntil(undefined, 7, attempt)).toBeUndefined();
  });
});
