import { DomainError, invalid, messageOf, PluginRegistry, type Plugin } from '@retrain/core';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A plug-in of the configuration. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** What another process imports to get it: a file URL, or the package's name. */
  readonly address: string;
}

const kinds = ['models', 'triggers', 'gates', 'trainers', 'notifiers'] as const;

/**
 * Loads the modules that the configuration lists under `plugins:`; each exports `plugin`.
 *
 * A specifier that starts with a dot or a slash is a path from the project folder, any other one a package installed
 * there. Rejects with `plugin_unusable`, naming every module that cannot be used and why.
 */
export async function loadPlugins(specifiers: readonly string[], home: string): Promise<readonly LoadedPlugin[]> {
  const loaded = await Promise.all(specifiers.map((specifier) => loadPlugin(specifier, home)));
  const issues = loaded.flatMap((result, index) =>
    'problem' in result ? [{ path: `plugins.${index}`, message: result.problem, given: specifiers[index] }] : [],
  );
  if (issues.length > 0) {
    const list = issues.map(({ given, message }) => `"${given}" ${message}`).join('; ');
    throw invalid('plugin_unusable', `Not every plug-in can be used: ${list}.`, issues);
  }
  return loaded.flatMap((result) => ('plugin' in result ? [result] : []));
}

/** A registry of all plug-ins, in order. Throws `plugin_conflict` when two of them use one name. */
export function registryOf(plugins: readonly Plugin[]): PluginRegistry {
  try {
    return new PluginRegistry(plugins);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw invalid('plugin_conflict', messageOf(error));
  }
}

async function loadPlugin(specifier: string, home: string): Promise<LoadedPlugin | { problem: string }> {
  let address: string;
  let module: Record<string, unknown>;
  try {
    address = addressOf(specifier, home);
    module = (await import(address)) as Record<string, unknown>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    return {
      problem: missing ? `was not found from ${home}: ${messageOf(error)}` : `failed to load: ${messageOf(error)}`,
    };
  }
  const plugin: unknown = module['plugin'];
  if (!isPlugin(plugin)) {
    const exported = Object.keys(module).join(', ') || 'nothing';
    return { problem: `does not export "plugin" with a name and lists of ${kinds.join(', ')}; it exports ${exported}` };
  }
  return { plugin, address };
}

function addressOf(specifier: string, home: string): string {
  if (specifier.startsWith('.') || isAbsolute(specifier)) return pathToFileURL(resolve(home, specifier)).href;
  try {
    return pathToFileURL(createRequire(join(home, 'package.json')).resolve(specifier)).href;
  } catch (error) {
    // A package for "import" alone cannot be asked for from the project folder; one installed there is found from here too.
    if ((error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return specifier;
    throw error;
  }
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null) return false;
  const plugin = value as Record<string, unknown>;
  if (typeof plugin['name'] !== 'string' || plugin['name'] === '') return false;
  return kinds.every((kind) => {
    const list = plugin[kind];
    return list === undefined || (Array.isArray(list) && list.every((item) => typeof nameOf(item) === 'string'));
  });
}

function nameOf(item: unknown): unknown {
  return (item as { name?: unknown } | null)?.name;
}
