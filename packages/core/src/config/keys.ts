import { noticeNames } from '../notification/notice-names.js';
import { deploymentFields } from './deployment-keys.js';
import { share, whole } from './number-schemas.js';
import type { ConfigKey, Schema } from './schema.js';

const uses = (of: 'trigger' | 'gate', minItems?: number): Schema => ({
  kind: 'list',
  of: { kind: 'use', of },
  items: `${of}s, each a name or {use: name, with: {options}}`,
  ...(minItems ? { minItems } : {}),
});
const trainers: Schema = {
  kind: 'list',
  items: 'trainers, each a name or {use: name, with: {options}, grid: {option: [values]}}',
  minItems: 1,
  of: {
    kind: 'use',
    of: 'trainer',
    fields: [{ key: 'grid', doc: 'Values of options to try in every combination.', schema: { kind: 'grid' } }],
  },
};
const path = (rule: string, pattern?: string): Schema => ({ kind: 'text', rule, ...(pattern ? { pattern } : {}) });
const folder = path('the path of a folder, relative to the project or absolute', '\\S.*');

const plain = (...names: string[]) => names.map((use) => ({ use, with: {} }));

/** Keys that every model has; a `models:` entry may override each of them. */
const modelKeys: readonly Omit<ConfigKey, 'scope'>[] = [
  {
    key: 'performance_threshold',
    doc: "Retrain when the champion's accuracy falls by more than this below its baseline.",
    schema: share({ above: 0, maximum: 0.5 }),
    fallback: 0.05,
  },
  {
    key: 'drift_threshold',
    doc: 'Retrain when the share of drifted features (0..1) exceeds this.',
    schema: share({ minimum: 0, maximum: 1 }),
    fallback: 0.1,
  },
  {
    key: 'max_days_without_retraining',
    doc: 'Retrain when the champion is older than this many days. Must exceed min_days_between_retraining.',
    schema: share({ above: 0, maximum: 3650 }),
    fallback: 30,
  },
  {
    key: 'min_days_between_retraining',
    doc: 'Cool-down in days between two retrainings. Every attempt counts, also a failed one; only force skips it.',
    schema: share({ minimum: 0, maximum: 365 }),
    fallback: 7,
  },
  {
    key: 'min_new_predictions',
    doc: 'Below this many new predictions the performance, drift and volume triggers say insufficient_data.',
    schema: whole(1, 1_000_000_000),
    fallback: 100,
  },
  {
    key: 'max_predictions_without_retraining',
    doc: 'Retrain at this many predictions since the last retraining.',
    schema: whole(1, 1_000_000_000),
    fallback: 1000,
  },
  {
    key: 'min_validation_accuracy',
    doc: 'A candidate with an accuracy below this is rejected.',
    schema: share({ minimum: 0, maximum: 1 }),
    fallback: 0.45,
  },
  {
    key: 'validation_improvement_required',
    doc: 'A candidate must beat the champion by this much accuracy, on rows that neither was trained on.',
    schema: share({ minimum: 0, maximum: 1 }),
    fallback: 0.01,
  },
  {
    key: 'model_path',
    doc: 'The champion as a file, replaced atomically after each promotion. Every model needs its own.',
    schema: path('the path of an .onnx file, relative to the project or absolute', '\\S.*\\.onnx'),
    fallback: 'models/model.onnx',
  },
  {
    key: 'backup_model_dir',
    doc: 'Where the champion is copied to before each retraining.',
    schema: folder,
    fallback: 'models/backups',
  },
  {
    key: 'backup_retention',
    doc: 'How many backups are kept; the oldest go first.',
    schema: whole(1, 10_000),
    fallback: 10,
  },
  {
    key: 'training_data_path',
    doc: 'Training data: a CSV, Parquet or JSON file, or quickstart:<name> for data that a model brings along.',
    schema: path('the path of a file, or quickstart:<name>', '\\S.*'),
    fallback: 'quickstart:premier-league',
  },
  {
    key: 'training_data_from',
    doc: "First day whose rows are trained on; earlier rows only warm up the model's state. Not set: the first row.",
    schema: { kind: 'day' },
  },
  {
    key: 'training_data_until',
    doc: 'Rows of the training file on and after this day are left out, for a replay of them. Not set: none.',
    schema: { kind: 'day' },
  },
  {
    key: 'monitoring_output_dir',
    doc: 'Reports and exports go here; nothing is ever written outside it.',
    schema: folder,
    fallback: 'evaluation_reports',
  },
  {
    key: 'check_interval_minutes',
    doc: 'Minutes between two checks of the triggers.',
    schema: share({ minimum: 0.05, maximum: 10_080 }),
    fallback: 60,
  },
  {
    key: 'enable_automatic_deployment',
    doc: 'false: an accepted candidate waits for a person. true: it is deployed at once.',
    schema: { kind: 'boolean' },
    fallback: false,
  },
  {
    key: 'seed',
    doc: 'Seed of every random choice: the same data and seed give the same model.',
    schema: whole(0, 2_147_483_647),
    fallback: 42,
  },
  {
    key: 'triggers',
    doc: 'What may ask for a retraining. An empty list leaves it to people.',
    schema: uses('trigger'),
    fallback: plain('performance_degradation', 'data_drift', 'time_based', 'data_volume'),
  },
  {
    key: 'trainers',
    doc: 'How candidates are fitted; each is one, and so is each combination of a grid. The best by log loss (or squared error) is kept.',
    schema: trainers,
    fallback: plain('softmax_regression'),
  },
  {
    key: 'gates',
    doc: 'What a candidate must pass before it may be deployed.',
    schema: uses('gate', 1),
    fallback: plain('minimum_score', 'improvement', 'parity'),
  },
  {
    key: 'evaluation',
    doc: 'How candidate and champion are compared.',
    schema: {
      kind: 'object',
      fields: [
        {
          key: 'min_rows',
          doc: 'Rows they are judged on, at least; the origin moves back until there are so many.',
          schema: whole(10, 1_000_000),
          fallback: 380,
        },
        { key: 'max_rows', doc: 'Rows judged at most, the newest ones.', schema: whole(10, 1_000_000), fallback: 2000 },
        { key: 'blocks', doc: 'Expanding-window refits over those rows.', schema: whole(1, 100), fallback: 5 },
      ],
    },
    fallback: {},
  },
  {
    key: 'deployment',
    doc: 'How an accepted candidate becomes the champion.',
    schema: {
      kind: 'object',
      fields: deploymentFields,
    },
    fallback: {},
  },
  {
    key: 'resources',
    doc: 'Limits of one fit; one that needs more fails alone.',
    schema: {
      kind: 'object',
      fields: [
        { key: 'memory_mb', doc: 'Memory in megabytes.', schema: whole(64, 1_048_576), fallback: 1024 },
        { key: 'timeout_seconds', doc: 'Time in seconds.', schema: whole(1, 604_800), fallback: 900 },
      ],
    },
    fallback: {},
  },
  {
    key: 'circuit_breaker',
    doc: 'Runs that keep failing open the circuit: no more are asked for, except by force, until it closes again.',
    schema: {
      kind: 'object',
      fields: [
        { key: 'failures', doc: 'Failed runs that open it.', schema: whole(1, 1000), fallback: 3 },
        {
          key: 'window_hours',
          doc: 'Within so many hours.',
          schema: share({ above: 0, maximum: 87_600 }),
          fallback: 720,
        },
        {
          key: 'open_hours',
          doc: 'After so many hours one trial run decides.',
          schema: share({ above: 0, maximum: 87_600 }),
          fallback: 336,
        },
      ],
    },
    fallback: {},
  },
  {
    key: 'retention',
    doc: 'How long rows of the database and files of the artifact store are kept.',
    schema: {
      kind: 'object',
      fields: [
        { key: 'predictions_days', doc: 'Predictions and their outcomes.', schema: whole(1, 36_500), fallback: 730 },
        { key: 'trigger_evaluations_days', doc: 'Stored checks.', schema: whole(1, 36_500), fallback: 365 },
        {
          key: 'fits_days',
          doc: 'Fits of runs, which later runs on the same rows take over.',
          schema: whole(1, 36_500),
          fallback: 30,
        },
        {
          key: 'versions',
          doc: 'The newest versions, with the frozen rows of their runs; older ones are deleted once nothing needs them.',
          schema: whole(1, 1_000_000),
          fallback: 100,
        },
      ],
    },
    fallback: {},
  },
];

const installationKeys: readonly Omit<ConfigKey, 'scope'>[] = [
  {
    key: 'max_concurrent_retraining',
    doc: 'Runs at once over all models; one per model always.',
    schema: whole(1, 64),
    fallback: 1,
  },
  {
    key: 'models',
    doc: 'Every model by name, each overriding any key above. The first one is meant where no model is named.',
    schema: { kind: 'models' },
    fallback: { 'premier-league': { definition: 'premier-league' } },
  },
  {
    key: 'notifications',
    doc: 'Who hears of what: {use, on, with}. Secrets are written as ${NAME} and read from the environment.',
    schema: {
      kind: 'list',
      items: 'notifications {use: name, on: [events], with: {options}}',
      of: {
        kind: 'use',
        of: 'notifier',
        fields: [
          {
            key: 'on',
            doc: 'Events told: their types, their old names, or * for all.',
            schema: { kind: 'list', of: { kind: 'choice', values: noticeNames }, items: 'events', minItems: 1 },
            fallback: ['*'],
          },
        ],
      },
    },
    fallback: [{ use: 'log', on: ['*'], with: {} }],
  },
  {
    key: 'plugins',
    doc: 'Modules with plug-ins, each exporting "plugin": package names or paths relative to the project.',
    schema: {
      kind: 'list',
      of: { kind: 'text', rule: 'a package name or a path', pattern: '\\S.*' },
      items: 'module names',
    },
    fallback: [],
    fileOnly: true,
    needsRestart: true,
  },
  {
    key: 'storage',
    doc: 'Where artifacts are kept.',
    schema: { kind: 'use', of: 'storage' },
    fallback: { use: 'local', with: {} },
    fileOnly: true,
    needsRestart: true,
  },
  {
    key: 'api_keys',
    doc: 'Keys that may act, as {name, sha256}: the hex sha256 of the key. Once there is one, acting asks for a key.',
    schema: {
      kind: 'list',
      items: 'keys {name, sha256}',
      of: {
        kind: 'object',
        fields: [
          {
            key: 'name',
            doc: 'Who uses the key; shown as the actor of what it does.',
            schema: { kind: 'text', rule: 'letters, digits, ".", "_" and "-"', pattern: '[A-Za-z0-9._-]{1,64}' },
            required: true,
          },
          {
            key: 'sha256',
            doc: 'Hex sha256 of the key.',
            schema: { kind: 'text', rule: '64 hexadecimal digits', pattern: '[0-9a-fA-F]{64}' },
            required: true,
          },
        ],
      },
    },
    fallback: [],
    fileOnly: true,
  },
];

/** Every key of the configuration: the one place of names, meanings, values and defaults. */
export const configKeys: readonly ConfigKey[] = [
  ...modelKeys.map((key): ConfigKey => ({ ...key, scope: 'model' })),
  ...installationKeys.map((key): ConfigKey => ({ ...key, scope: 'installation' })),
];

const byName = new Map(configKeys.map((key) => [key.key, key]));

/** The key of this name; undefined when there is none. */
export function configKey(name: string): ConfigKey | undefined {
  return byName.get(name);
}
