import { builtinPlugin, DomainError, validateConfig, type Issue, type Plugin } from '@retrain/core';
import { webhook } from '../notifier/webhook.js';
import { logNotifier } from '../notifier/log.js';
import { createLogger } from '../observability/logger.js';
import { loadPlugins, registryOf } from '../plugin/load-plugins.js';
import { readConfigFile } from './config-file.js';
import { ProcessVariables } from './process-variables.js';
import { storages } from './storages.js';

/**
 * Every problem of a configuration file, as a process that boots with it would find them; none when it is valid.
 *
 * Needs no database and no running system. `plugins` are those that the apps bring along.
 */
export async function checkConfigFile(
  path: string,
  home: string,
  plugins: readonly Plugin[],
): Promise<readonly Issue[]> {
  const { values, issues } = await readConfigFile(path, true);
  if (issues) return issues;
  const listed = Array.isArray(values.plugins) ? values.plugins.filter((item) => typeof item === 'string') : [];
  const logger = createLogger({ app: 'gateway', logLevel: 'silent', logFormat: 'json' });
  const notifiers: Plugin = { name: 'infra', notifiers: [webhook, logNotifier(logger)] };
  const variables = new ProcessVariables();
  try {
    const loaded = await loadPlugins(listed, home);
    const registry = registryOf([builtinPlugin, notifiers, ...plugins, ...loaded.map(({ plugin }) => plugin)]);
    const context = { registry, storages, variable: (name: string) => variables.read(name) };
    return validateConfig(values, context).issues ?? [];
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return error.issues;
    throw error;
  }
}
