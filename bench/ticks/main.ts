import { runParts } from '../run-parts.js';
import { ticks } from './ticks.js';

// What watching many models costs one monitor: `npm run bench:ticks [-- models-20 …]`.
await runParts(
  'ticks',
  {
    'models-1': () => ticks(1),
    'models-20': () => ticks(20),
    'models-200': () =>
      ticks(200, [
        { name: 'a round of checks of 200 models, the slowest of all', of: 'slowest_s', unit: 's', limit: 5 },
        {
          name: 'memory of the monitor, the last rounds against the third to seventh',
          of: 'grown',
          unit: 'ratio',
          limit: 1.1,
        },
      ]),
  },
  process.argv.slice(2),
);
