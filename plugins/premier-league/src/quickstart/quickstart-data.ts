import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The football table of vega-datasets: real results of five leagues, 2013 to 2017, as raw rows; other leagues included. */
export async function quickstartRows(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await readFile(require.resolve('vega-datasets/data/football.json'), 'utf8');
  return JSON.parse(text) as Record<string, unknown>[];
}
