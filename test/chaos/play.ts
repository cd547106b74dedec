import { hasRedis } from '@retrain/infra/testing';
import { runStages } from '@retrain/core';
import { Caller } from './caller.js';
import { faults, type Fault } from './faults.js';
import { playRound, type Round, type RoundResult } from './round.js';
import { World } from './world.js';

/** Every fault in every stage, so many times, each with a seed of its own; the order is mixed but always the same. */
export function plannedRounds(times: number, seed: number, chosen: readonly Fault[] = faults): readonly Round[] {
  const rounds = Array.from({ length: times }, (_, time) =>
    chosen.flatMap((fault, place) =>
      runStages.map((stage, at) => ({ fault, stage, seed: seed * 1_000_000 + time * 100 + place * 10 + at })),
    ),
  ).flat();
  return rounds.sort((one, other) => mixed(one.seed) - mixed(other.seed));
}

const mixed = (seed: number) => Math.imul(seed + 1, 0x9e3779b1) >>> 0;

/**
 * Plays rounds in one world, with a caller asking all the while; at the end no answer may be missing.
 *
 * @param signal when it aborts, the round that is being played is the last one.
 */
export async function play(
  rounds: readonly Round[],
  tell: (result: RoundResult) => void,
  signal?: AbortSignal,
): Promise<void> {
  const world = await World.open();
  const caller = new Caller(world.system);
  try {
    for (const round of rounds) {
      if (signal?.aborted) break;
      if (round.fault.needs === 'disk' && !world.disk) continue;
      if (round.fault.needs === 'redis' && !hasRedis()) continue;
      const result = await playRound(world, round);
      const mixedAnswers = caller.mixed.splice(0);
      tell({ ...result, problems: [...result.problems, ...mixedAnswers] });
    }
    await caller.stop();
    const lost = await world.system
      .eventually('every answer to be recorded', async () => (await missing(world, caller)) === 0, 30)
      .then(() => 0)
      .catch(() => missing(world, caller));
    if (lost > 0) throw new Error(`${lost} of ${caller.answered.length} answers are not recorded.`);
  } finally {
    await caller.stop();
    await world.close();
  }
}

async function missing(world: World, { answered }: Caller): Promise<number> {
  const found = await world.count('SELECT count(*) FROM predictions WHERE id = ANY($1::uuid[])', [answered]);
  return answered.length - found;
}
