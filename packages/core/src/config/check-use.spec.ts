import { builtinPlugin } from '../plugin/builtin.js';
import { PluginRegistry } from '../plugin/registry.js';
import type { Json } from '../shared/json.js';
import { validateConfig } from './validate-config.js';

const registry = new PluginRegistry([builtinPlugin]);

/** Paths and messages of what is wrong with the triggers of a configuration. */
function problemsOf(triggers: Json): Record<string, string> {
  const { issues = [] } = validateConfig({ triggers }, { registry, variable: () => undefined });
  const about = issues.filter(({ path }) => path.startsWith('triggers'));
  return Object.fromEntries(about.map(({ path, message }) => [path, message]));
}

const within = (inner: Json): Json => ({ use: 'any_of', with: { triggers: [inner] } });

describe('triggers within triggers', () => {
  it('are named as others are', () => {
    const steady = { use: 'in_a_row', with: { trigger: { use: 'data_drift', with: { level: 0.005 } }, times: 2 } };
    const both = { use: 'all_of', with: { triggers: ['data_volume', steady] } };
    expect(problemsOf([{ use: 'any_of', with: { triggers: ['time_based', both] } }])).toEqual({});
  });

  it('are checked where they stand: names, options, and what they hold themselves', () => {
    const wrong: Json = {
      use: 'any_of',
      with: {
        triggers: [
          'data_drft',
          { use: 'data_drift', with: { level: 7 } },
          { use: 'in_a_row', with: { trigger: { use: 'data_volume', with: { most: 1 } } } },
        ],
      },
    };
    expect(problemsOf(['time_based', wrong])).toEqual({
      'triggers.1.with.triggers.0.use': expect.stringContaining('did you mean "data_drift"') as string,
      'triggers.1.with.triggers.1.with.level': expect.stringContaining('at most 0.5') as string,
      'triggers.1.with.triggers.2.with.trigger.with.most': expect.stringContaining('is not an option') as string,
    });
  });

  it('are refused when they lie too deep', () => {
    const nested = (depth: number): Json => (depth === 0 ? 'time_based' : within(nested(depth - 1)));
    expect(problemsOf([nested(4)])).toEqual({});
    expect(Object.values(problemsOf([nested(5)]))).toEqual([expect.stringContaining('lies too deep')]);
    expect(Object.values(problemsOf([nested(200)]))).toHaveLength(1);
  });
});
