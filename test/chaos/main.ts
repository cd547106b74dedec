import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runStages } from '@retrain/core';
import { faults } from './faults.js';
import { plannedRounds, play } from './play.js';
import type { RoundResult } from './round.js';

// Every fault in every stage of a run, again and again: `npm run chaos [-- --rounds 20 --seed 1 --worlds 3]`.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    worlds: { type: 'string', default: '3' },
  },
});
const rounds = plannedRounds(Number(values.rounds), Number(values.seed));
const worlds = Math.max(1, Number(values.worlds));
const results: RoundResult[] = [];
let unfinished = 0;
const stop = new AbortController();
process.once('SIGINT', () => {
  console.log('Each world ends with the round that it plays; once more Ctrl+C ends this at once.');
  stop.abort();
});

const tell = (result: RoundResult) => {
  results.push(result);
  const { fault, stage, seed, seconds, problems } = result;
  const told = problems.length === 0 ? 'ok  ' : 'FAIL';
  console.log(`${told} ${results.length}/${rounds.length} ${stage}: ${fault} (seed ${seed}, ${seconds.toFixed(1)} s)`);
  problems.forEach((problem) => console.log(`     ${problem}`));
};

await Promise.all(
  Array.from({ length: worlds }, (_, world) =>
    play(
      rounds.filter((_, index) => index % worlds === world),
      tell,
      stop.signal,
    ).catch((error: unknown) => {
      unfinished++;
      console.log(`FAIL world ${world}: ${String(error)}`);
    }),
  ),
);

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const table = faults.flatMap(({ name }) =>
  runStages.flatMap((stage) => {
    const played = results.filter((result) => result.fault === name && result.stage === stage);
    if (played.length === 0) return [];
    const seconds = played.map((result) => result.seconds);
    return {
      fault: name,
      stage,
      rounds: played.length,
      right: played.filter(({ problems }) => problems.length === 0).length,
      median_seconds: Number(median(seconds).toFixed(1)),
      longest_seconds: Number(Math.max(...seconds).toFixed(1)),
    };
  }),
);
const folder = join(import.meta.dirname, '../../bench/results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'chaos.json'), `${JSON.stringify({ ...values, table, results }, undefined, 2)}\n`);
console.table(table);
const wrong = results.filter(({ problems }) => problems.length > 0).length;
console.log(`${results.length} rounds, ${wrong} wrong, ${unfinished} worlds unfinished`);
process.exit(wrong + unfinished === 0 ? 0 : 1);
