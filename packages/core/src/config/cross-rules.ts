import type { Issue } from '../shared/errors.js';
import { below, type KnownNames } from './checking.js';
import { effectiveConfig } from './effective-config.js';
import { countCandidates, mostCandidates } from './grid.js';
import type { InstallationConfig, ModelEntry, RetrainingConfig, Use } from './retraining-config.js';

/** A rule between keys: what is wrong with them, or undefined. The first key is the one to point at. */
interface CrossRule {
  readonly keys: readonly (keyof RetrainingConfig)[];
  broken(config: RetrainingConfig): string | undefined;
}

const rules: readonly CrossRule[] = [
  {
    keys: ['max_days_without_retraining', 'min_days_between_retraining'],
    broken: ({ max_days_without_retraining: most, min_days_between_retraining: least }) =>
      most > least ? undefined : `must exceed min_days_between_retraining (${least})`,
  },
  {
    keys: ['max_predictions_without_retraining', 'min_new_predictions'],
    broken: ({ max_predictions_without_retraining: most, min_new_predictions: least }) =>
      most >= least ? undefined : `must be at least min_new_predictions (${least}), or volume could never fire at it`,
  },
  {
    keys: ['training_data_until', 'training_data_from'],
    broken: ({ training_data_from: from, training_data_until: until }) =>
      from && until && from >= until ? `must be a later day than training_data_from (${from})` : undefined,
  },
  {
    keys: ['evaluation'],
    broken: ({ evaluation }) => {
      if (evaluation.min_rows > evaluation.max_rows) return 'min_rows must not exceed max_rows';
      return evaluation.blocks > evaluation.min_rows ? 'blocks must not exceed min_rows' : undefined;
    },
  },
  {
    keys: ['deployment'],
    broken: ({ deployment: { steps } }) => {
      if (steps.some((step, index) => index > 0 && step <= steps[index - 1]!)) return 'steps must ascend';
      return steps.at(-1) === 100
        ? undefined
        : 'the last of steps must be 100: whoever is promoted has answered everybody';
    },
  },
  {
    keys: ['trainers'],
    broken: ({ trainers }) => {
      const count = countCandidates(trainers);
      return count > mostCandidates
        ? `are ${count} candidates with all combinations of their grids; at most ${mostCandidates} are tried in a run`
        : undefined;
    },
  },
  { keys: ['triggers'], broken: ({ triggers }) => repeated(triggers) },
  { keys: ['gates'], broken: ({ gates }) => repeated(gates) },
];

function repeated(uses: readonly Use[]): string | undefined {
  const names = uses.map(({ use }) => use);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `names "${twice}" twice; verdicts are told apart by name`;
}

/** Checks what keys mean together; the configuration has passed every check of single keys. */
export function crossIssues(config: InstallationConfig, known: KnownNames): Issue[] {
  return [
    ...brokenRules(config, '', () => true),
    ...Object.entries(config.models).flatMap(([name, entry]) => {
      const own = (keys: CrossRule['keys']) => keys.some((key) => entry[key] !== undefined);
      return brokenRules(effectiveConfig(config, name), below('models', name), own);
    }),
    ...sharedFiles(config),
    ...missingApprovers(config),
    ...unfitTrainers(config, known),
  ];
}

function brokenRules(config: RetrainingConfig, path: string, applies: (keys: CrossRule['keys']) => boolean): Issue[] {
  return rules
    .filter(({ keys }) => applies(keys))
    .flatMap(({ keys, broken }) => {
      const message = broken(config);
      return message === undefined ? [] : [{ path: below(path, keys[0]!), message, given: config[keys[0]!] }];
    });
}

/**
 * Where more than one person decides, people must be told apart by their keys, there must be enough of them, and nothing
 * may be deployed without them.
 */
function missingApprovers(config: InstallationConfig): Issue[] {
  const people = new Set(config.api_keys.map(({ name }) => name)).size;
  return Object.keys(config.models).flatMap((name) => {
    const { deployment, enable_automatic_deployment: automatic } = effectiveConfig(config, name);
    const { quorum, four_eyes } = deployment.approvals;
    if (quorum === 1 && !four_eyes) return [];
    const path = config.models[name]?.deployment ? below(below('models', name), 'deployment') : 'deployment';
    const needed = four_eyes ? Math.max(2, quorum) : quorum;
    const issues: Issue[] = [];
    if (people < needed) {
      const message = `needs api_keys of at least ${needed} people for the approvals of "${name}", there are ${people}`;
      issues.push({ path: below(path, 'approvals'), message, given: { ...deployment.approvals } });
    }
    if (automatic) {
      const message = `asks for more than one person before a candidate of "${name}" answers: set enable_automatic_deployment to false`;
      issues.push({ path: below(path, 'approvals'), message, given: { ...deployment.approvals } });
    }
    return issues;
  });
}

/** Two models must not replace each other's champion file or prune each other's backups. */
function sharedFiles(config: InstallationConfig): Issue[] {
  const owners = new Map<string, string>();
  return Object.keys(config.models).flatMap((name) => {
    const { model_path, backup_model_dir } = effectiveConfig(config, name);
    const stem = model_path.split(/[/\\]/).at(-1)!;
    const places = [
      { key: 'model_path', place: model_path, verb: 'writes' },
      { key: 'backup_model_dir', place: `${backup_model_dir}/${stem}`, verb: 'keeps backups as' },
    ];
    return places.flatMap(({ key, place, verb }) => {
      const owner = owners.get(`${key}:${place}`);
      owners.set(`${key}:${place}`, owner ?? name);
      if (owner === undefined) return [];
      const message = `${verb} ${place}, like model "${owner}": give each model its own`;
      return [{ path: below(below('models', name), key), message, given: place }];
    });
  });
}

function unfitTrainers(config: InstallationConfig, { registry }: KnownNames): Issue[] {
  if (!registry) return [];
  return Object.entries(config.models).flatMap(([name, entry]: [string, ModelEntry]) => {
    const { task } = registry.models.get(entry.definition);
    const fitting = registry.trainers
      .names()
      .filter((trainer) => registry.trainers.get(trainer).tasks.includes(task.kind));
    return effectiveConfig(config, name).trainers.flatMap(({ use }, index) => {
      if (fitting.includes(use)) return [];
      const message = `"${use}" does not fit a ${task.kind} such as "${name}"; these do: ${fitting.join(', ') || 'none'}`;
      return [{ path: `models.${name}.trainers.${index}.use`, message, given: use }];
    });
  });
}
