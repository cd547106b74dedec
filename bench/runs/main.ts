import { loadavg, setPriority } from 'node:os';
import type { TrainingPiece, TrainingRun } from '@retrain/core';
import type { Part } from '../bar.js';
import { runParts } from '../run-parts.js';
import { twoAtOnce } from './at-once.js';
import { bareTraining } from './bare-training.js';
import { evaluation, recipes } from './settings.js';
import { Trainers } from './trainers.js';

// What the system costs a run, and what a second trainer saves it: `npm run bench:runs`. Wants a machine with two idle
// cores; the load average stands beside each figure.
setPriority(10); // as the processes of fits have it
await runParts('runs', { fanout }, process.argv.slice(2));

async function fanout(): Promise<Part> {
  const trainers = await Trainers.open(['alone', 'together']);
  try {
    await trainers.add();
    const load = [loadavg()[0]];
    const alone = figuresOf(await trainers.run('alone'));
    load.push(loadavg()[0]);
    const bare = await bareTraining();
    load.push(loadavg()[0]);
    await trainers.add();
    const together = figuresOf(await trainers.run('together'));
    load.push(loadavg()[0]);
    const at_once = await twoAtOnce();
    const overhead = alone.seconds - bare.seconds;
    const allowed = Math.max(2, bare.seconds * 0.1);
    return {
      name: `a run with ${recipes.length} candidates on ${evaluation.blocks} blocks`,
      assumptions: { recipes, evaluation, threads_per_fit: 1, load_before_and_after_each: load },
      figures: {
        ...{ bare, alone, together, beyond_bare_per_fit: overhead / alone.fits.length },
        ...{ two_bare_processes_against_one: at_once, on_paper: onPaper(alone) },
      },
      bars: [
        {
          name: 'one trainer beyond the bare training code',
          value: overhead,
          unit: 's',
          must: 'at most',
          limit: allowed,
        },
        {
          name: 'two trainers against one',
          value: alone.seconds / together.seconds,
          unit: 'x',
          must: 'at least',
          limit: 1.7,
        },
      ],
    };
  } finally {
    await trainers.close();
  }
}

type Figures = ReturnType<typeof figuresOf>;

function figuresOf({ run, pieces }: { readonly run: TrainingRun; readonly pieces: readonly TrainingPiece[] }) {
  const seconds = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000;
  const fits = pieces.map(({ startedAt, finishedAt }) => seconds(startedAt!, finishedAt!));
  const judged = pieces.flatMap(({ work }, index) => (work.judged ? [fits[index]!] : []));
  const starts = pieces.map(({ startedAt }) => startedAt!).sort((a, b) => a.getTime() - b.getTime());
  const ends = pieces.map(({ finishedAt }) => finishedAt!).sort((a, b) => a.getTime() - b.getTime());
  const [first, last] = [starts[0]!, ends.at(-1)!];
  const around = { before: seconds(run.requestedAt, first), after: seconds(last, run.finishedAt!) };
  const fitting = fits.reduce((sum, fit) => sum + fit, 0);
  return {
    seconds: seconds(run.requestedAt, run.finishedAt!),
    ...around,
    from_first_to_last: seconds(first, last),
    fitting,
    fits,
    judged,
  };
}

/** Seconds with so many trainers, each with a core: the judged fits spread, the longest first; all else as it was with one. */
function onPaper({ seconds, judged }: Figures): Readonly<Record<string, number>> {
  const rest = seconds - judged.reduce((sum, fit) => sum + fit, 0);
  const longest = [...judged].sort((one, other) => other - one);
  const entries = [1, 2, 4, 8, 16].map((count): [string, number] => {
    const busy = new Array<number>(count).fill(0);
    for (const fit of longest) busy[busy.indexOf(Math.min(...busy))]! += fit;
    return [`${count} trainers`, rest + Math.max(...busy)];
  });
  return Object.fromEntries(entries);
}
