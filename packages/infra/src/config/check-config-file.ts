import type { Issue, Plugin } from '@retrain/core';
import { readConfiguration } from './read-configuration.js';

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
  return (await readConfiguration(path, home, plugins)).issues ?? [];
}
