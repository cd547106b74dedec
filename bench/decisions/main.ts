import { parseArgs } from 'node:util';
import type { Part } from '../bar.js';
import { runParts } from '../run-parts.js';
import { checkCost } from './check-cost.js';
import { domains } from './domains.js';
import { falseAlarms, shiftFound, tinyShift } from './drift-over-time.js';
import { faults } from './faults.js';
import { exactMethods } from './exact-methods.js';
import { superiority } from './superiority.js';
import { vectors } from './vectors/vectors.js';

// Simulates the decisions of the product, by the product's own functions: `npm run bench:decisions [-- part …]`.
const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    file: { type: 'string' },
    data: { type: 'string' },
    python: { type: 'string' },
    rows: { type: 'string', default: '10000000' },
  },
});
const seeds = 200;
/** Traffic of the bars; slower ones are shown beside it. */
const rowsPerHour = 200;
const parts: Readonly<Record<string, () => Part | Promise<Part>>> = {
  check: () => checkCost({ history: historyRows(options.rows), python: options.python }),
  exact: () => exactMethods(),
  gate: () => superiority(),
  tiny: () => tinyShift(),
  domains: () => domains(60),
  found: () => shiftFound({ features: 50, rowsPerHour, seeds }, true),
  'found-slow': () => shiftFound({ features: 50, rowsPerHour: 25, seeds }, false),
  'found-middling': () => shiftFound({ features: 50, rowsPerHour: 100, seeds }, false),
  'null-30': () => falseAlarms({ features: 30, rowsPerHour, seeds }),
  'null-50': () => falseAlarms({ features: 50, rowsPerHour, seeds }),
  ...(options.data !== undefined ? { faults: () => faults(options.data!) } : {}),
  ...(options.file !== undefined ? { vectors: () => vectors(options.file!) } : {}),
};
for (const name of wanted.filter((one) => !(one in parts))) {
  throw new Error(`"${name}" is no part, or lacks its option; parts are ${Object.keys(parts).join(', ')}.`);
}

await runParts('decisions', parts, wanted);

function historyRows(text: string): number {
  const rows = Number(text);
  if (Number.isInteger(rows) && rows >= 10_000) return rows;
  throw new Error(`--rows is a whole number from 10000 on, not "${text}".`);
}
