import { builtinPlugin } from '../plugin/builtin.js';
import { PluginRegistry } from '../plugin/registry.js';
import { readOptions } from '../plugin/options.js';
import { defineTrainer } from '../run/trainer-definition.js';
import { coinModel } from '../testing/coin-model.js';
import { candidatesOf, countCandidates } from './grid.js';
import { validateConfig } from './validate-config.js';

const rules = {
  l2: { kind: 'number', fallback: 0.1, least: 0 },
  steps: { kind: 'number', required: true, least: 1, whole: true },
} as const;

const trainer = defineTrainer({
  name: 'ridge',
  description: 'For this spec',
  tasks: ['classification'],
  parseOptions: (raw) => readOptions(raw, rules),
  fit: () => Promise.reject(new Error('not run here')),
});
const registry = new PluginRegistry([builtinPlugin, { name: 'spec', models: [coinModel], trainers: [trainer] }]);

function check(...trainers: readonly unknown[]) {
  const raw = { models: { coin: { definition: 'coin' } }, notifications: [], trainers };
  return validateConfig(raw, { registry, variable: () => undefined });
}

const problems = (...trainers: readonly unknown[]) => {
  const { issues } = check(...trainers);
  return (issues ?? []).map(({ path, message }) => `${path}: ${message}`);
};

describe('a grid of options', () => {
  it('stands for every combination of its values, beside the options that are the same for all', () => {
    const { config } = check({ use: 'ridge', with: { steps: 5 }, grid: { l2: [0.1, 1] } });
    expect(candidatesOf(config!.trainers)).toEqual([
      { use: 'ridge', with: { steps: 5, l2: 0.1 } },
      { use: 'ridge', with: { steps: 5, l2: 1 } },
    ]);
    const two = { use: 'ridge', with: {}, grid: { l2: [1, 2, 3], steps: [5, 6] } };
    const plain = { use: 'ridge', with: { steps: 1 } };
    expect(candidatesOf([two, plain]).map(({ with: options }) => options)).toEqual([
      ...[1, 2, 3].flatMap((l2) => [5, 6].map((steps) => ({ l2, steps }))),
      { steps: 1 },
    ]);
    expect(countCandidates([two, plain])).toBe(7);
    expect(candidatesOf([plain])).toEqual([plain]);
  });

  it('may give options that are required', () => {
    expect(problems({ use: 'ridge', grid: { steps: [1, 2] } })).toEqual([]);
    expect(problems({ use: 'ridge', grid: {} })).toEqual([expect.stringContaining('trainers.0.with.steps')]);
  });

  it('is refused value by value, with the place of each', () => {
    const told = problems({ use: 'ridge', with: { steps: 0 }, grid: { l2: [0.1, -1, 'much'], speed: [1] } });
    expect(told).toHaveLength(4);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^trainers\.0\.with\.steps: must be/),
        expect.stringMatching(/^trainers\.0\.grid\.l2\.1: must be/),
        expect.stringMatching(/^trainers\.0\.grid\.l2\.2: must be/),
        expect.stringMatching(/^trainers\.0\.grid\.speed\.0: /),
      ]),
    );
  });

  it.each([
    [{ grid: 3 }, 'trainers.0.grid: must be a mapping from options to lists of values'],
    [{ grid: { l2: [] } }, 'trainers.0.grid.l2: must be a list of values to try'],
    [{ grid: { l2: 1 } }, 'trainers.0.grid.l2: must be a list of values to try'],
    [{ grid: { l2: ['${SECRET}'] } }, 'trainers.0.grid.l2: cannot be read from the environment'],
    [{ grid: { steps: [2] } }, 'trainers.0.grid.steps: is given in "with" as well'],
  ])('must be lists by option, each in one place: %j', (given, problem) => {
    expect(problems({ use: 'ridge', with: { steps: 1 }, ...given })[0]).toContain(problem);
  });

  it('tells of an unknown trainer once', () => {
    expect(problems({ use: 'rigde', grid: { l2: [1, 2, 3] } })).toEqual([
      expect.stringContaining('trainers.0.use: is not the name of a trainer; did you mean "ridge"?'),
    ]);
  });

  it('makes no more candidates than a run tries', () => {
    const l2 = Array.from({ length: 33 }, (_, index) => index);
    const grid = { l2, steps: [1, 2] };
    expect(problems({ use: 'ridge', grid })).toEqual([
      'trainers: are 66 candidates with all combinations of their grids; at most 64 are tried in a run',
    ]);
  });
});
