import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { isMet, timed, type Bar, type Part } from './bar.js';

/** Runs the parts, or those that are wanted, and writes each as JSON with the load of the machine before it; fails the process when a bar is missed. */
export async function runParts(
  bench: string,
  parts: Readonly<Record<string, () => Part | Promise<Part>>>,
  wanted: readonly string[],
): Promise<void> {
  const folder = join(import.meta.dirname, '..', 'results');
  mkdirSync(folder, { recursive: true });
  const bars: Bar[] = [];
  for (const [name, run] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const load_before = loadavg()[0];
    const { result, seconds } = await timed(run);
    bars.push(...result.bars);
    const file = join(folder, `${bench}-${name}.json`);
    writeFileSync(
      file,
      `${JSON.stringify({ ...result, seconds, node: process.version, load_before }, undefined, 2)}\n`,
    );
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
}
