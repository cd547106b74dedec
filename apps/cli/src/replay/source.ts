import type { ModelDefinition, Plugin } from '@retrain/core';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandFailed, exitCode } from '../exit-code.js';

/**
 * The model's definition, from the plug-ins that the gateway uses.
 *
 * Imported on demand: commands that only talk to the gateway start without loading any model.
 */
export async function definitionNamed(name: string, plugins: readonly string[]): Promise<ModelDefinition> {
  for (const specifier of ['@retrain/premier-league', ...plugins]) {
    const { plugin } = (await import(addressOf(specifier))) as { plugin?: Plugin };
    const found = plugin?.models?.find((model) => model.name === name);
    if (found) return found;
  }
  throw new CommandFailed(
    exitCode.failed,
    `No plug-in that this command can import defines "${name}". Run it where the gateway runs.`,
  );
}

/** As the gateway reads it: what starts with a dot or a slash is a path from the project folder, the rest a package. */
function addressOf(specifier: string): string {
  if (!specifier.startsWith('.') && !isAbsolute(specifier)) return specifier;
  return pathToFileURL(resolve(process.env.RETRAIN_HOME ?? '', specifier)).href;
}

/** Raw rows of a file, or of data that ships with the model (`quickstart:` paths). */
export async function rowsOf(
  definition: ModelDefinition,
  path: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const builtin = /^quickstart:(.+)$/.exec(path)?.[1];
  if (builtin !== undefined) {
    const rows = await definition.builtinData?.(builtin);
    if (rows) return rows;
    throw new CommandFailed(exitCode.failed, `The model ${definition.name} ships no data named "${builtin}".`);
  }
  const { FileRowReader } = await import('@retrain/ml');
  return (await new FileRowReader().read(path)).rows;
}
