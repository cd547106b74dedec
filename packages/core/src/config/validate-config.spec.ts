import fc from 'fast-check';
import { defineNotifier } from '../notification/notifier-definition.js';
import { defineGate } from '../gate/gate-definition.js';
import { defineModel, type ModelDefinition } from '../model/model-definition.js';
import { PluginRegistry } from '../plugin/registry.js';
import { defineTrainer } from '../run/trainer-definition.js';
import { invalid, type Issue } from '../shared/errors.js';
import type { Json } from '../shared/json.js';
import { defineTrigger } from '../trigger/trigger-definition.js';
import { effectiveConfig } from './effective-config.js';
import { configKeys } from './keys.js';
import { validateConfig, type ValidationContext } from './validate-config.js';

const anything = (raw: Readonly<Record<string, Json>>) => ({ ...raw });
const never = () => Promise.reject(new Error('not run here'));
const trigger = (name: string, parseOptions = anything) =>
  defineTrigger({ name, description: name, parseOptions, evaluate: never });
const gate = (name: string) => defineGate({ name, description: name, parseOptions: anything, evaluate: never });
const trainer = (name: string, task: 'classification' | 'regression') =>
  defineTrainer({ name, description: name, tasks: [task], parseOptions: anything, fit: never });
const model = (name: string, task: ModelDefinition['task']) =>
  defineModel({
    name,
    description: name,
    task,
    schema: { features: [{ name: 'x', kind: 'numeric', drift: true }] },
    parseRecord: () => undefined,
    inputOf: () => ({ payload: {} }),
    outcomeOf: () => 0,
    parseInput: () => ({ payload: {} }),
    createState: () => ({
      features: () => ({ values: [], warnings: [] }),
      observe: () => undefined,
      describe: () => ({}),
    }),
  });

const registry = new PluginRegistry([
  {
    name: 'spec',
    models: [
      model('premier-league', { kind: 'classification', classes: ['H', 'D', 'A'], ordered: true }),
      model('demand', { kind: 'regression' }),
    ],
    triggers: [
      ...['performance_degradation', 'data_drift', 'time_based'].map((name) => trigger(name)),
      trigger('data_volume', (raw) => {
        if (raw.level !== undefined && typeof raw.level !== 'number') {
          throw invalid('invalid_options', 'no', [{ path: 'level', message: 'must be a number', given: raw.level }]);
        }
        return { ...raw };
      }),
    ],
    gates: ['minimum_score', 'improvement', 'parity'].map(gate),
    trainers: [trainer('softmax_regression', 'classification'), trainer('linear_regression', 'regression')],
    notifiers: [
      defineNotifier({ name: 'log', description: 'log', parseOptions: anything, notify: never }),
      defineNotifier({
        name: 'webhook',
        description: 'webhook',
        parseOptions: (raw) => {
          if (!String(raw.url).startsWith('https://')) {
            const message = `must be an https address, not ${String(raw.url)}`;
            throw invalid('invalid_options', 'no', [{ path: 'url', message, given: raw.url }]);
          }
          return { ...raw };
        },
        notify: never,
      }),
    ],
  },
]);

const environment: Readonly<Record<string, string>> = {
  DATA: '/srv/data',
  HOOK: 'https://hook.example/t0ps3cret',
  PLAIN: 'ftp://t0ps3cret',
};
const context: ValidationContext = { registry, variable: (name) => environment[name] };

function issuesOf(raw: unknown): readonly Issue[] {
  const { issues } = validateConfig(raw, context);
  if (!issues) throw new Error('expected the configuration to be refused');
  return issues;
}

function accepted(raw: unknown) {
  const result = validateConfig(raw, context);
  if (!result.config) throw new Error(`refused: ${JSON.stringify(result.issues)}`);
  return result;
}

const pathsOf = (raw: unknown) => issuesOf(raw).map((issue) => issue.path);

describe('the configuration', () => {
  it('is complete when nothing is written', () => {
    const { config } = accepted({});
    expect(config).toMatchObject({
      performance_threshold: 0.05,
      drift_threshold: 0.1,
      max_days_without_retraining: 30,
      min_days_between_retraining: 7,
      min_new_predictions: 100,
      max_predictions_without_retraining: 1000,
      min_validation_accuracy: 0.45,
      validation_improvement_required: 0.01,
      model_path: 'models/model.onnx',
      backup_model_dir: 'models/backups',
      monitoring_output_dir: 'evaluation_reports',
      check_interval_minutes: 60,
      enable_automatic_deployment: false,
      max_concurrent_retraining: 1,
    });
    expect(Object.keys(config.models)).toEqual(['premier-league']);
    expect(config.evaluation.blocks).toBe(5);
    expect(accepted(null).config).toEqual(config);
  });

  it('tells every problem at once, each with path, value and what is allowed', () => {
    const issues = issuesOf({
      performance_threshold: 0.6,
      drift_treshold: 0.2,
      min_new_predictions: 1.5,
      enable_automatic_deployment: 'yes',
      evaluation: { blocks: 0, rows: 3 },
    });
    expect(issues.map((issue) => issue.path).sort()).toEqual([
      'drift_treshold',
      'enable_automatic_deployment',
      'evaluation.blocks',
      'evaluation.rows',
      'min_new_predictions',
      'performance_threshold',
    ]);
    expect(issues.find((issue) => issue.path === 'drift_treshold')?.message).toContain(
      'did you mean "drift_threshold"?',
    );
    expect(issues.find((issue) => issue.path === 'performance_threshold')).toMatchObject({
      given: 0.6,
      message: 'must be a number above 0 and up to 0.5',
    });
  });

  it.each([
    ['a number written as text', { drift_threshold: '0.2' }, 'drift_threshold', /without quotes/],
    ['NaN', { drift_threshold: NaN }, 'drift_threshold', /must be a number/],
    ['infinity', { max_days_without_retraining: Infinity }, 'max_days_without_retraining', /must be a number/],
    ['nothing', { drift_threshold: null }, 'drift_threshold', /left out for its default/],
    ['a day that does not exist', { training_data_until: '2016-02-30' }, 'training_data_until', /YYYY-MM-DD/],
    [
      'an unknown event',
      { notifications: [{ use: 'log', on: ['run.faild'] }] },
      'notifications.0.on.0',
      /"run.failed"/,
    ],
    [
      'a strategy of tomorrow',
      { deployment: { strategy: 'magic' } },
      'deployment.strategy',
      /must be one of direct, shadow/,
    ],
    ['a step that nobody answers', { deployment: { steps: [0, 100] } }, 'deployment.steps.0', /above 0/],
    ['steps that go back', { deployment: { steps: [50, 25, 100] } }, 'deployment', /steps must ascend/],
    ['steps that never end', { deployment: { steps: [5, 25] } }, 'deployment', /last of steps must be 100/],
    ['no steps', { deployment: { steps: [] } }, 'deployment.steps', /at least 1/],
    ['a comparison that is none', { deployment: { share: 100 } }, 'deployment.share', /from 1 to 99/],
    ['a coin as proof', { deployment: { alpha: 0.9 } }, 'deployment.alpha', /up to 0.5/],
    ['a short hash', { api_keys: [{ name: 'ci', sha256: 'abc' }] }, 'api_keys.0.sha256', /64 hexadecimal/],
    ['a key without a name', { api_keys: [{ sha256: 'a'.repeat(64) }] }, 'api_keys.0.name', /is required/],
    ['a trigger that nobody registered', { triggers: ['data_drfit'] }, 'triggers.0.use', /did you mean "data_drift"/],
    [
      'options that a trigger refuses',
      { triggers: [{ use: 'data_volume', with: { level: 'x' } }] },
      'triggers.0.with.level',
      /must be a number/,
    ],
    ['a misspelt key of a use', { gates: [{ use: 'parity', wiht: {} }] }, 'gates.0.wiht', /not a known key/],
    ['no gate at all', { gates: [] }, 'gates', /at least 1/],
    ['a list', [1, 2], '', /mapping/],
  ])('refuses %s', (_, raw, path, message) => {
    const issues = issuesOf(raw);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ path, message: expect.stringMatching(message) });
  });

  it('takes a bare name where options are not needed', () => {
    expect(accepted({ triggers: ['data_drift'] }).config.triggers).toEqual([{ use: 'data_drift', with: {} }]);
  });

  it('checks keys against each other', () => {
    expect(pathsOf({ max_days_without_retraining: 7 })).toEqual(['max_days_without_retraining']);
    expect(pathsOf({ max_predictions_without_retraining: 50 })).toEqual(['max_predictions_without_retraining']);
    expect(pathsOf({ training_data_from: '2016-08-01', training_data_until: '2016-08-01' })).toEqual([
      'training_data_until',
    ]);
    expect(pathsOf({ triggers: ['data_drift', 'data_drift'] })).toEqual(['triggers']);
  });

  it('accepts exactly the numbers within a key’s bounds', () => {
    const numeric = configKeys.filter((key) => key.schema.kind === 'number' && key.scope === 'model');
    const wide = {
      max_days_without_retraining: 3650,
      min_days_between_retraining: 0,
      min_new_predictions: 1,
      max_predictions_without_retraining: 1e9,
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...numeric),
        fc.oneof(fc.double(), fc.integer(), fc.double({ min: -1, max: 2 })),
        (key, value) => {
          if (key.schema.kind !== 'number') throw new Error('not a number key');
          const { integer, minimum = -Infinity, above = -Infinity, maximum = Infinity } = key.schema;
          const fits =
            Number.isFinite(value) &&
            value >= minimum &&
            value > above &&
            value <= maximum &&
            (!integer || Number.isSafeInteger(value));
          const { issues = [] } = validateConfig({ ...wide, [key.key]: value }, context);
          // A rule between two keys may still refuse a value that fits alone; it says "min_" or "max_".
          const alone = issues.filter((issue) => issue.path === key.key && !/m(in|ax)_/.test(issue.message));
          expect(alone).toHaveLength(fits ? 0 : 1);
        },
      ),
    );
  });

  it('never throws and never half-accepts, whatever is written', () => {
    const keys = fc.constantFrom(...configKeys.map((key) => key.key), '__proto__', 'constructor', '');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.jsonValue()), (raw) => {
        const result = validateConfig(raw, context);
        if (result.issues) expect(result.issues.length).toBeGreaterThan(0);
        else expect(validateConfig(result.config, context).config).toEqual(result.config);
      }),
      { numRuns: 300 },
    );
  });
});

describe('models', () => {
  it('override any key; the others follow the installation', () => {
    const { config } = accepted({
      drift_threshold: 0.3,
      evaluation: { blocks: 7 },
      models: {
        'premier-league': { drift_threshold: 0.2, evaluation: { min_rows: 200 } },
        other: { definition: 'premier-league', model_path: 'models/other.onnx' },
      },
    });
    expect(effectiveConfig(config, 'premier-league')).toMatchObject({
      drift_threshold: 0.2,
      evaluation: { min_rows: 200, max_rows: 2000, blocks: 7 },
      min_new_predictions: 100,
    });
    expect(effectiveConfig(config, 'other')).toMatchObject({ drift_threshold: 0.3, model_path: 'models/other.onnx' });
    expect(() => effectiveConfig(config, 'premier-leage')).toThrow(/Did you mean "premier-league"/);
    expect(() => effectiveConfig(config, 'constructor')).toThrow(/no model "constructor"/);
  });

  it('are refused with a path into the entry', () => {
    expect(
      issuesOf({
        models: {
          'Premier League': {},
          demand: { definition: 'demnd', model_path: 'models/demand.onnx' },
          'premier-league': { max_concurrent_retraining: 3, seed: -1 },
        },
      }).map(({ path, message }) => `${path}: ${message}`),
    ).toEqual([
      expect.stringMatching(/^models\.Premier League: is not a model name/),
      expect.stringMatching(/^models\.demand\.definition: .*did you mean "demand"/),
      expect.stringMatching(/^models\.premier-league\.max_concurrent_retraining: belongs to the whole installation/),
      expect.stringMatching(/^models\.premier-league\.seed: must be a whole number/),
    ]);
  });

  it('never share a champion file, and are fitted by trainers for their task', () => {
    const two = { 'premier-league': {}, demand: {} };
    expect(pathsOf({ models: two })).toEqual([
      'models.demand.model_path',
      'models.demand.backup_model_dir',
      'models.demand.trainers.0.use',
    ]);
    expect(
      accepted({ models: { ...two, demand: { model_path: 'models/demand.onnx', trainers: ['linear_regression'] } } })
        .config.models.demand,
    ).toMatchObject({ definition: 'demand' });
  });
});

describe('values of the environment', () => {
  it('fill paths in, and are shown as they were written', () => {
    const { config, shown } = accepted({ training_data_path: '${DATA}/results.csv' });
    expect(config.training_data_path).toBe('/srv/data/results.csv');
    expect(shown.training_data_path).toBe('${DATA}/results.csv');
  });

  it('never become part of a configuration when they are options of a notification', () => {
    const result = accepted({ notifications: [{ use: 'webhook', with: { url: '${HOOK}', secret: 'plain-secret' } }] });
    expect(JSON.stringify(result)).not.toContain('t0ps3cret');
    expect(result.config.notifications).toEqual([
      { use: 'webhook', on: ['*'], with: { url: '${HOOK}', secret: 'plain-secret' } },
    ]);
    expect(JSON.stringify(result.shown)).not.toContain('plain-secret');
  });

  it('are kept out of the problems too', () => {
    const issues = issuesOf({ notifications: [{ use: 'webhook', with: { url: '${PLAIN}' } }] });
    expect(issues).toEqual([{ path: 'notifications.0.with.url', message: 'must be an https address, not ${PLAIN}' }]);
  });

  it('are missed by name, everywhere at once', () => {
    expect(
      issuesOf({
        training_data_path: '${NOWHERE}/x.csv',
        notifications: [{ use: 'webhook', with: { url: '${GONE}' } }],
      }).map(({ path, message }) => `${path} ${message}`),
    ).toEqual([
      'training_data_path reads ${NOWHERE}, which the environment does not have',
      'notifications.0.with reads ${GONE}, which the environment does not have',
    ]);
  });

  it('are refused where they would be stored with a model', () => {
    expect(pathsOf({ trainers: [{ use: 'softmax_regression', with: { note: '${DATA}' } }] })).toEqual([
      'trainers.0.with',
    ]);
    expect(pathsOf({ seed: '${DATA}' })).toEqual(['seed']);
  });
});
