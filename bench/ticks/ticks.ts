import { timed, type Part } from '../bar.js';
import { WatchedModels } from './watched-models.js';

const ROUNDS = 30;
/** Answers that every model gives between two checks. */
const NEW_ROWS = 100;
const HISTORY_ROWS = 2_000;

interface Round {
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly postgres_cpu_seconds: number;
  readonly statements: number;
  readonly rss_mb: number;
}

/** A bar on one of the figures. */
interface FigureBar {
  readonly name: string;
  readonly of: 'slowest_s' | 'grown';
  readonly unit: string;
  readonly limit: number;
}

const medianOf = (rounds: readonly Round[], figure: keyof Round) =>
  rounds.map((round) => round[figure]).sort((a, b) => a - b)[Math.floor(rounds.length / 2)]!;

const meanOf = (rounds: readonly Round[], figure: keyof Round) =>
  rounds.reduce((sum, round) => sum + round[figure], 0) / rounds.length;

/** Rounds of checks of so many models by one monitor process, over its queue; mending and reading ahead go on beside them. */
export async function ticks(models: number, bars: readonly FigureBar[] = []): Promise<Part> {
  const world = await WatchedModels.start(models, HISTORY_ROWS);
  try {
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await world.answer(NEW_ROWS);
      const before = await world.used();
      const { seconds } = await timed(() => world.checkAll());
      const after = await world.used();
      rounds.push({
        seconds,
        cpu_seconds: after.monitorSeconds - before.monitorSeconds,
        postgres_cpu_seconds: after.postgresSeconds - before.postgresSeconds,
        statements: after.statements - before.statements,
        rss_mb: world.residentMb(),
      });
    }
    // Collections of garbage make one round's figure jump by a tenth.
    const [early, late] = [medianOf(rounds.slice(2, 7), 'rss_mb'), medianOf(rounds.slice(-5), 'rss_mb')];
    const figures = {
      median_s: medianOf(rounds, 'seconds'),
      slowest_s: Math.max(...rounds.map(({ seconds }) => seconds)),
      cpu_s: meanOf(rounds, 'cpu_seconds'),
      postgres_cpu_s: meanOf(rounds, 'postgres_cpu_seconds'),
      // Also those of the schedules and of this bench, which looks every 10 ms whether the round is over.
      statements_per_check: medianOf(rounds, 'statements') / models,
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
