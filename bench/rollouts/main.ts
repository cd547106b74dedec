import { parseArgs } from 'node:util';
import type { Part } from '../bar.js';
import { runParts } from '../run-parts.js';
import { realSeasons } from './real-seasons.js';
import { simulations } from './simulations.js';

// Rollouts by the product's own decision: `npm run bench:rollouts [-- --data matches.csv] [part …]`. The file holds matches
// in the columns of football-data.co.uk; without one only the simulations run.
const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' } },
});
const parts: Readonly<Record<string, () => Part | Promise<Part>>> = {
  simulations: () => simulations(),
  ...(options.data !== undefined ? { seasons: () => realSeasons(options.data!) } : {}),
};
await runParts('rollouts', parts, wanted);
