import { messageOf, Registry, type Plugin, type TrainerDefinition } from '@retrain/core';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mlPlugin } from '../trainer/ml-plugin.js';

/**
 * The built-in trainers and those of plug-in modules.
 *
 * @param modules file URLs, absolute paths or package names; each module exports `plugin`.
 * @throws Error that names the module that cannot be imported or exports no plug-in.
 */
export async function loadTrainers(modules: readonly string[]): Promise<Registry<TrainerDefinition>> {
  const registry = new Registry<TrainerDefinition>('trainer');
  const plugins = [mlPlugin];
  for (const module of modules) plugins.push(await importPlugin(module));
  for (const plugin of plugins) plugin.trainers?.forEach((trainer) => registry.add(trainer, plugin.name));
  return registry;
}

async function importPlugin(module: string): Promise<Plugin> {
  const specifier = isAbsolute(module) ? pathToFileURL(module).href : module;
  let exported: { plugin?: Plugin };
  try {
    exported = (await import(specifier)) as { plugin?: Plugin };
  } catch (error) {
    throw new Error(`Plug-in module ${module} cannot be imported: ${messageOf(error)}`, { cause: error });
  }
  if (!exported.plugin) throw new Error(`Plug-in module ${module} has no export called "plugin".`);
  return exported.plugin;
}
