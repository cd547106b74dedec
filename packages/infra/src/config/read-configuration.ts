import {
  builtinPlugin,
  DomainError,
  validateConfig,
  type InstallationConfig,
  type Issue,
  type Plugin,
  type PluginRegistry,
} from '@retrain/core';
import { webhook } from '../notifier/webhook.js';
import { logNotifier } from '../notifier/log.js';
import { createLogger } from '../observability/logger.js';
import { loadPlugins, registryOf } from '../plugin/load-plugins.js';
import { readConfigFile } from './config-file.js';
import { ProcessVariables } from './process-variables.js';
import { storages } from './storages.js';

/** A configuration file as a process that boots with it would use it, or every problem of it. */
export type ConfigurationReading =
  | {
      readonly config: InstallationConfig;
      readonly registry: PluginRegistry;
      /** What another process imports to get the plug-ins that the file lists. */
      readonly addresses: readonly string[];
      readonly issues?: undefined;
    }
  | { readonly issues: readonly Issue[]; readonly config?: undefined };

/** Needs no database and no running system. `plugins` are those that the apps bring along. */
export async function readConfiguration(
  path: string,
  home: string,
  plugins: readonly Plugin[],
): Promise<ConfigurationReading> {
  const { values, issues } = await readConfigFile(path, true);
  if (issues) return { issues };
  const listed = Array.isArray(values.plugins) ? values.plugins.filter((item) => typeof item === 'string') : [];
  const logger = createLogger({ app: 'gateway', logLevel: 'silent', logFormat: 'json' });
  const notifiers: Plugin = { name: 'infra', notifiers: [webhook, logNotifier(logger)] };
  const variables = new ProcessVariables();
  try {
    const loaded = await loadPlugins(listed, home);
    const registry = registryOf([builtinPlugin, notifiers, ...plugins, ...loaded.map(({ plugin }) => plugin)]);
    const context = { registry, storages, variable: (name: string) => variables.read(name) };
    const validation = validateConfig(values, context);
    if (validation.issues) return { issues: validation.issues };
    return { config: validation.config, registry, addresses: loaded.map(({ address }) => address) };
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { issues: error.issues };
    throw error;
  }
}
