import { notFound } from '../shared/errors.js';
import { didYouMean } from '../shared/did-you-mean.js';
import { configKeys } from './keys.js';
import type { InstallationConfig, RetrainingConfig } from './retraining-config.js';

const modelKeys = configKeys.filter((key) => key.scope === 'model').map((key) => key.key);

/** The keys of one model: those of the installation with the model's own in their place. Throws `unknown_model`. */
export function effectiveConfig(config: InstallationConfig, model: string): RetrainingConfig {
  const entry = Object.hasOwn(config.models, model) ? config.models[model] : undefined;
  if (!entry) {
    const names = Object.keys(config.models);
    const near = didYouMean(model, names);
    throw notFound(
      'unknown_model',
      `There is no model "${model}" in the configuration.${near ? ` Did you mean "${near}"?` : ''} Models: ${names.join(', ')}.`,
    );
  }
  const merged: Record<string, unknown> = { ...config, ...entry };
  return Object.fromEntries(
    modelKeys.flatMap((key) => (merged[key] === undefined ? [] : [[key, merged[key]]])),
  ) as unknown as RetrainingConfig;
}

/** The model that is meant where none is named: the first of the configuration. */
export function defaultModel(config: InstallationConfig): string {
  return Object.keys(config.models)[0]!;
}
