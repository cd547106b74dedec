import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The football table of vega-datasets: real results of five leagues, 2013 to 2017, as raw rows; other leagues included. */
export async function quickstartRows(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  // The package exports its code alone; its data lies beside the folder that the code is in.
  const packageFolder = dirname(dirname(require.resolve('vega-datasets')));
  const text = await readFile(join(packageFolder, 'data', 'football.json'), 'utf8');
  return JSON.parse(text) as Record<string, unknown>[];
}
