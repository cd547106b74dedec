import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMet, timed, type Bar, type Part } from './bar.js';
import { checkCost } from './check-cost.js';
import { falseAlarms, shiftFound, tinyShift } from './drift-over-time.js';
import { faults } from './faults.js';
import { exactMethods } from './exact-methods.js';
import { superiority } from './superiority.js';
import { vectors } from './vectors/vectors.js';

// Simulates the decisions of the product, by the product's own functions: `npm run bench:decisions [-- part …]`.
const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { file: { type: 'string' }, data: { type: 'string' } },
});
const seeds = 200;
/** Traffic of the bars; slower ones are shown beside it. */
const rowsPerHour = 200;
const parts: Readonly<Record<string, () => Part | Promise<Part>>> = {
  check: () => checkCost(),
  exact: () => exactMethods(),
  gate: () => superiority(),
  tiny: () => tinyShift(),
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

const folder = join(import.meta.dirname, '..', '..', 'results');
mkdirSync(folder, { recursive: true });
const bars: Bar[] = [];
for (const [name, run] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { result, seconds } = await timed(run);
  bars.push(...result.bars);
  const file = join(folder, `decisions-${name}.json`);
  writeFileSync(file, `${JSON.stringify({ ...result, seconds, node: process.version }, undefined, 2)}\n`);
  console.log(`${result.name} (${seconds.toFixed(0)} s): ${JSON.stringify(result.figures)}`);
}
console.table(
  bars.map((bar) => ({
    bar: bar.name,
    value: Number(bar.value.toPrecision(4)),
    unit: bar.unit,
    must: `${bar.must} ${bar.limit}`,
    met: isMet(bar),
  })),
);
process.exitCode = bars.every(isMet) ? 0 : 1;
