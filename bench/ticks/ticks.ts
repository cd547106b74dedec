import { timed, type Part } from '../bar.js';
import { WatchedModels } from './watched-models.js';

const ROUNDS = 30;
/** Answers that every model gives between two checks. */
const NEW_ROWS = 100;
const HISTORY_ROWS = 2_000;

interface Round {
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly rss_mb: number;
}

/** A bar on one of the figures. */
interface FigureBar {
  readonly name: string;
  readonly of: 'slowest_s' | 'grown';
  readonly unit: string;
  readonly limit: number;
}

const medianOf = (rounds: readonly Round[]) =>
  rounds.map(({ rss_mb }) => rss_mb).sort((a, b) => a - b)[Math.floor(rounds.length / 2)]!;

/** Rounds of checks of so many models by one monitor process, over its queue; mending and reading ahead go on beside them. */
export async function ticks(models: number, bars: readonly FigureBar[] = []): Promise<Part> {
  const world = await WatchedModels.start(models, HISTORY_ROWS);
  try {
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await world.answer(NEW_ROWS);
      const before = world.cpuSeconds();
      const { seconds } = await timed(() => world.checkAll());
      rounds.push({ seconds, cpu_seconds: world.cpuSeconds() - before, rss_mb: world.residentMb() });
    }
    const times = rounds.map(({ seconds }) => seconds).sort((a, b) => a - b);
    // Collections of garbage make one round's figure jump by a tenth.
    const [early, late] = [medianOf(rounds.slice(2, 7)), medianOf(rounds.slice(-5))];
    const figures = {
      median_s: times[Math.floor(ROUNDS / 2)]!,
      slowest_s: times.at(-1)!,
      cpu_s: rounds.reduce((sum, { cpu_seconds }) => sum + cpu_seconds, 0) / ROUNDS,
      rss_early_mb: early,
      rss_late_mb: late,
      grown: late / early,
      decisions: await world.decisions(),
    };
    return {
      name: `rounds of checks of ${models} ${models === 1 ? 'model' : 'models'}`,
      assumptions: { models, rounds: ROUNDS, new_rows: NEW_ROWS, history_rows: HISTORY_ROWS, features: world.features },
      figures,
      bars: bars.map(({ name, of, unit, limit }) => ({ name, value: figures[of], unit, must: 'at most', limit })),
      details: rounds,
    };
  } finally {
    await world.stop();
  }
}
